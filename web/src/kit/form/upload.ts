import { call } from "@/api/call.ts";
import type { FileRef } from "@/api/types.ts";

/** Shrinks a photo to at most 1600 px before it travels; anything else goes as it is. */
export async function shrink(file: File, longest = 1600): Promise<Blob> {
	if (!/^image\/(jpeg|png|webp)$/.test(file.type) || typeof createImageBitmap !== "function") return file;
	try {
		const image = await createImageBitmap(file);
		const ratio = Math.min(1, longest / Math.max(image.width, image.height));
		if (ratio === 1 && file.size < 800_000) return file;
		const canvas = document.createElement("canvas");
		canvas.width = Math.round(image.width * ratio);
		canvas.height = Math.round(image.height * ratio);
		canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
		return await new Promise<Blob>((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.85));
	} catch {
		return file; // a format this browser cannot draw
	}
}

/** Uploads one file and returns its reference. */
export async function upload(file: Blob, name: string, takenAt?: number): Promise<FileRef> {
	const body = new FormData();
	body.append("file", file, name);
	if (takenAt) body.append("taken_at", String(takenAt));
	return await call<FileRef>("/api/files", { method: "POST", body });
}
