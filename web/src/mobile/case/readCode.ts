import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith(".wasm") ? wasm : path) } });

/** The text of the first bar or QR code in a picture, or "". */
export async function readCode(picture: Blob): Promise<string> {
	const [found] = await readBarcodes(picture, { tryHarder: true, maxNumberOfSymbols: 1 });
	return found?.text ?? "";
}
