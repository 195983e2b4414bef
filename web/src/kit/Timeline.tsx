import type { FileRef, TimelineEntry } from "@/api/types.ts";
import { deadline, shortInstant } from "./format.ts";
import { pick, useLanguage } from "./i18n.ts";
import { shownValue } from "./shown.ts";
import { useNow } from "./useNow.ts";

/** What happened, what is happening (with its deadline), what comes next. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
	return (
		<ol className="timeline">
			{entries.map((entry, i) => (
				<Entry key={`${entry.at}-${entry.kind}-${i}`} entry={entry} />
			))}
		</ol>
	);
}

function Entry({ entry }: { entry: TimelineEntry }) {
	const language = useLanguage();
	const now = useNow();
	const node = pick(language, entry.node_zh, entry.node_en);
	const kind = pick(language, entry.kind_zh, entry.kind_en);
	const facts = (entry.kind === "start" ? [] : (entry.data ?? [])).filter((fact) => shownValue(fact, language) !== "");
	const outcome = entry.outcome ? pick(language, entry.outcome.zh, entry.outcome.en) : "";
	const late = entry.state === "now" && !!entry.due_at && entry.due_at < now;
	return (
		<li
			data-state={entry.state}
			data-quiet={entry.kind === "acted" || undefined}
			data-late={late || undefined}
			aria-current={entry.state === "now" ? "step" : undefined}
		>
			<strong>{node || kind}</strong>
			<span className="timeline-who">
				{[
					entry.state === "past" && node ? outcome || (kind !== node ? kind : "") : "",
					entry.actor && entry.for_whom && entry.for_whom !== entry.actor
						? `${entry.actor} → ${entry.for_whom}`
						: entry.actor,
					entry.at && entry.state !== "next" ? shortInstant(entry.at, now) : "",
				]
					.filter(Boolean)
					.join(" · ")}
			</span>
			{entry.state === "now" && entry.due_at ? (
				<p className="timeline-note">{deadline(entry.due_at, now, language)}</p>
			) : null}
			{entry.comment ? <p className="timeline-note">{entry.comment}</p> : null}
			{facts.length > 0 && (
				<dl className="timeline-facts">
					{facts.map((fact) => (
						<div key={fact.field ?? fact.zh}>
							<dt>{pick(language, fact.zh, fact.en)}</dt>
							<dd>{shownValue(fact, language)}</dd>
						</div>
					))}
				</dl>
			)}
			{entry.files?.length ? <FileStrip files={entry.files} /> : null}
		</li>
	);
}

/** Thumbnails of pictures and links to other files. */
export function FileStrip({ files }: { files: readonly FileRef[] }) {
	return (
		<ul className="files">
			{files.map((file) => (
				<li key={file.id}>
					<a href={`/api/files/${file.id}`} target="_blank" rel="noreferrer">
						{file.mime.startsWith("image/") ? (
							<img src={`/api/files/${file.id}?w=320`} alt={file.name} loading="lazy" width={72} height={72} />
						) : (
							file.name
						)}
					</a>
				</li>
			))}
		</ul>
	);
}
