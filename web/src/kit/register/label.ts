import type { Row } from "@/api/types.ts";

/** What a row is called where its register's schema is not at hand. */
export function rowLabel(row: Row): string {
	for (const name of ["label", "name", "title", "code", "no", "plate"]) {
		const value = row[name];
		if (typeof value === "string" && value) return value;
	}
	return row.id;
}
