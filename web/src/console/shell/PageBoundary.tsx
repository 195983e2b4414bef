import { Component, type ReactNode } from "react";
import { useText } from "@/kit/i18n.ts";
import { text } from "./text.ts";

/** Keeps one broken page from taking the other tabs with it. */
export class PageBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
	override state: { error: unknown } = { error: null };
	static getDerivedStateFromError(error: unknown) {
		return { error };
	}
	override render() {
		return this.state.error ? <Broken onAgain={() => this.setState({ error: null })} /> : this.props.children;
	}
}

function Broken({ onAgain }: { onAgain: () => void }) {
	const t = useText(text);
	return (
		<div className="page">
			<div className="blank" role="alert">
				<h1>{t("pageFailed")}</h1>
				<button type="button" className="button" onClick={onAgain}>
					{t("reload")}
				</button>
			</div>
		</div>
	);
}
