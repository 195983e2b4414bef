import { useQuery } from "@tanstack/react-query";
import { use, useState } from "react";
import { Link } from "react-router";
import { record } from "@/api/queries.ts";
import type { RegisterMeta } from "@/api/types.ts";
import { ask } from "../confirm.tsx";
import { Dialog } from "../Dialog.tsx";
import { useErrorText } from "../errors.ts";
import { pick, useLanguage, useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { primaryField, readSchema } from "../schema.ts";
import { Tag } from "../Tag.tsx";
import { common } from "../text.ts";
import { DirtyContext } from "./dirty.ts";
import { NewRecord } from "./NewRecord.tsx";
import { RecordBody } from "./RecordBody.tsx";
import { text } from "./text.ts";

interface RecordDrawerProps {
	name: string;
	id: string;
	meta: RegisterMeta;
	/** The ids of the list it came from, for previous and next. */
	ids: readonly string[];
	onMove: (id: string) => void;
	onClose: () => void;
}

/** One record beside its list. */
export default function RecordDrawer(props: RecordDrawerProps) {
	const { name, id, meta, ids, onMove, onClose } = props;
	const language = useLanguage();
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const outer = use(DirtyContext);
	const [dirty, setDirty] = useState(false);
	const mark = (on: boolean) => {
		setDirty(on);
		outer(on);
	};
	const isNew = id === "new";
	const found = useQuery({ ...record(name, id), enabled: !isNew });
	const title = pick(language, meta.zh, meta.en);
	const primary = primaryField(readSchema(meta.schema, language));
	const at = ids.indexOf(id);
	const leave = async (go: () => void) => {
		if (dirty && (await ask({ title: t("discard"), yes: t("discardYes"), danger: true })) === null) return;
		mark(false);
		go();
	};
	if (isNew)
		return <NewRecord name={name} meta={meta} title={t("newRecord", { title })} onClose={onClose} onDone={onMove} />;
	const heading = found.data && primary ? String(found.data[primary.name] ?? "") : title;
	return (
		<Dialog
			kind="drawer"
			title={heading || title}
			onClose={() => leave(onClose)}
			aside={
				<>
					{found.data?.archived_at ? <Tag>{t("archived")}</Tag> : null}
					<Link className="icon-button" to={`/r/${name}/${id}`} aria-label={t("openPage")} title={t("openPage")}>
						<Icon name="expand" />
					</Link>
					{at >= 0 && (
						<>
							<button
								type="button"
								className="icon-button"
								disabled={at <= 0}
								aria-label={c("previous")}
								title={c("previous")}
								onClick={() => leave(() => onMove(ids[at - 1] ?? id))}
							>
								<Icon name="up" />
							</button>
							<button
								type="button"
								className="icon-button"
								disabled={at >= ids.length - 1}
								aria-label={c("next")}
								title={c("next")}
								onClick={() => leave(() => onMove(ids[at + 1] ?? id))}
							>
								<Icon name="down" />
							</button>
						</>
					)}
				</>
			}
		>
			{found.isError && (
				<p className="field-error" role="alert">
					{errorText(found.error)}
				</p>
			)}
			{found.data && <RecordBody key={found.data.id} name={name} meta={meta} row={found.data} onDirty={mark} />}
		</Dialog>
	);
}
