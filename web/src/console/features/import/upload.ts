import { ApiError } from "@/api/call.ts";
import type { Import } from "@/api/types.ts";

/** Sends a workbook with visible progress (fetch cannot tell how far an upload is). */
export function sendImport(
	file: File,
	kind: string,
	project: string,
	language: string,
	onProgress: (percent: number) => void,
): Promise<Import> {
	return new Promise((resolve, reject) => {
		const body = new FormData();
		body.append("kind", kind);
		if (project) body.append("project_id", project);
		body.append("file", file, file.name);
		const request = new XMLHttpRequest();
		request.open("POST", "/api/imports");
		request.setRequestHeader("Accept", "application/json");
		request.setRequestHeader("Accept-Language", language === "zh" ? "zh-CN" : "en");
		request.upload.onprogress = (event) => {
			if (event.lengthComputable) onProgress(Math.round((event.loaded / event.total) * 100));
		};
		request.onerror = () => reject(new ApiError(0, {}));
		request.onload = () => {
			let answer: unknown = {};
			try {
				answer = JSON.parse(request.responseText);
			} catch {
				// an answer that is no JSON says nothing more than its status
			}
			if (request.status >= 200 && request.status < 300) resolve(answer as Import);
			else reject(new ApiError(request.status, answer as ConstructorParameters<typeof ApiError>[1]));
		};
		request.send(body);
	});
}
