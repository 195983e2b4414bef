import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const worth = /\.(js|css|html|svg|json|webmanifest|wasm|txt)$/;

function files(dir: string): string[] {
	return readdirSync(dir).flatMap((name) => {
		const path = join(dir, name);
		return statSync(path).isDirectory() ? files(path) : [path];
	});
}

/**
 * Writes .br and .gz beside every compressible file. It runs in writeBundle, from disk: in generateBundle the preload
 * lists are not filled in yet. Brotli 9 costs half a second; LIFANG_RELEASE=1 takes the ten seconds of 11.
 */
export function compress(): Plugin {
	let outDir = "";
	return {
		name: "lifang-compress",
		apply: "build",
		enforce: "post",
		configResolved(config) {
			outDir = config.build.outDir;
		},
		closeBundle() {
			const quality = process.env.LIFANG_RELEASE ? 11 : 9;
			for (const file of files(outDir)) {
				if (!worth.test(file)) continue;
				if (existsSync(`${file}.gz`)) continue; // by the build before, into the same folder
				const raw = readFileSync(file);
				if (raw.length < 1024) continue;
				const br = brotliCompressSync(raw, {
					params: {
						[constants.BROTLI_PARAM_QUALITY]: quality,
						[constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
					},
				});
				if (br.length < raw.length) writeFileSync(`${file}.br`, br);
				const gz = gzipSync(raw, { level: 9 });
				if (gz.length < raw.length) writeFileSync(`${file}.gz`, gz);
			}
		},
	};
}
