import { ApiError } from "@/api/call.ts";
import { pick, useLanguage, useText } from "./i18n.ts";
import { common } from "./text.ts";

/** Words an error for people: the server's sentence in their language, never a stack. */
export function useErrorText(): (error: unknown) => string {
	const language = useLanguage();
	const t = useText(common);
	return (error) => {
		if (error instanceof ApiError) {
			if (error.status === 0) return t("noConnection");
			return pick(language, error.detailZh, error.detailEn) || t("failed");
		}
		return t("failed");
	};
}

/** The server's complaints by field name, from errors[].pointer ("/code" or "/data/code"). */
export function fieldErrors(error: unknown, language: "zh" | "en" | "test"): Record<string, string> {
	if (!(error instanceof ApiError)) return {};
	return Object.fromEntries(
		error.errors.map((e) => [
			e.pointer.replace(/^\/((data|files)\/)?/, "").split("/")[0] ?? "",
			pick(language, e.detail_zh ?? e.detail, e.detail_en ?? e.detail),
		]),
	);
}
