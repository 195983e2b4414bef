import { useQuery, useQueryClient } from "@tanstack/react-query";
import { flowCase } from "@/api/queries.ts";
import type { Case } from "@/api/types.ts";
import { Flow } from "@/kit/Flow.tsx";
import { deadline } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { useParams } from "@/kit/router.tsx";
import { StepRibbon } from "@/kit/StepRibbon.tsx";
import { KindTag, Tag } from "@/kit/Tag.tsx";
import { FileStrip, Timeline } from "@/kit/Timeline.tsx";
import { useNow } from "@/kit/useNow.ts";
import { Pending, Screen, Section } from "../Screen.tsx";
import { stateOf } from "../state.ts";
import { Facts } from "./Facts.tsx";
import { ProjectContext } from "./PersonInput.tsx";
import { TaskForm } from "./TaskForm.tsx";
import { text } from "./text.ts";
import { Verbs } from "./Verbs.tsx";

/** One case on a phone: my step first, then how far it is, what it is about, and all that happened. */
export function CasePage({ back, diagram }: { back: string; diagram: boolean }) {
	const { id = "" } = useParams();
	const t = useText(text);
	const client = useQueryClient();
	const query = useQuery(flowCase(id));
	const data = query.data;
	const take = (next: Case | undefined) => {
		if (next?.id === id) client.setQueryData(flowCase(id).queryKey, next);
		else void client.invalidateQueries({ queryKey: ["case", id] });
		void client.invalidateQueries({ queryKey: ["home"] });
	};
	return (
		<Screen title={data?.title ?? ""} back={back}>
			<Pending query={query} />
			{data && (
				<>
					<Head data={data} />
					{data.tasks
						.filter((task) => task.mine && task.verbs.includes("complete"))
						.map((task) => (
							<ProjectContext key={task.id} value={data.project_id}>
								<MyStep task={task} onDone={take} />
							</ProjectContext>
						))}
					<Verbs data={data} onDone={take} />
					<Section title={t("content")}>
						<Facts data={data.data} links={data.links} />
						{data.files.length > 0 && <FileStrip files={data.files} />}
					</Section>
					<Section title={t("progress")}>
						<Timeline entries={data.timeline} />
					</Section>
					{diagram && data.diagram && (
						<Section title={t("diagram")}>
							<Flow svg={data.diagram} label={t("diagram")} />
						</Section>
					)}
				</>
			)}
		</Screen>
	);
}

function Head({ data }: { data: Case }) {
	const t = useText(text);
	const language = useLanguage();
	const now = useNow();
	const state = stateOf(data.tasks.some((task) => task.state === "hold") ? "hold" : data.state);
	return (
		<section className="card task-card">
			<span className="task-head">
				<KindTag>{pick(language, data.flow_zh, data.flow_en)}</KindTag>
				<Tag tone={state.tone}>{t(state.key)}</Tag>
				<span className="muted small">{data.no}</span>
			</span>
			{data.tasks.map((task) => (
				<span key={task.id} className="task-head">
					<strong>{pick(language, task.node_zh, task.node_en)}</strong>
					<span className="muted">{pick(language, task.who, task.who_en)}</span>
					{task.due_at > 0 && (
						<Tag tone={task.due_at < now ? "danger" : "warn"}>{deadline(task.due_at, now, language)}</Tag>
					)}
				</span>
			))}
			<StepRibbon now={data.steps.now} total={data.steps.total} />
		</section>
	);
}

function MyStep({ task, onDone }: { task: Case["tasks"][number]; onDone: (next: Case) => void }) {
	const language = useLanguage();
	return (
		<section className="card padded my-step" aria-label={pick(language, task.node_zh, task.node_en)}>
			<h2>{pick(language, task.node_zh, task.node_en)}</h2>
			<TaskForm task={task} onDone={onDone} />
		</section>
	);
}
