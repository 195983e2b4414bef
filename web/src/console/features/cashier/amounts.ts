import type { Charge } from "@/api/types.ts";

/** What is taken of each charge, in fen; a charge that is not in the map is not paid now. */
export type Taking = Readonly<Record<string, number>>;

/** Everything that is open, oldest first as the server lists it. */
export function takeAll(charges: readonly Charge[]): Taking {
	return Object.fromEntries(charges.filter((c) => c.owed > 0).map((c) => [c.id, c.owed]));
}

export function toggle(taking: Taking, charge: Charge): Taking {
	const { [charge.id]: had, ...rest } = taking;
	return had === undefined ? { ...taking, [charge.id]: charge.owed } : rest;
}

export function total(taking: Taking): number {
	return Object.values(taking).reduce((sum, fen) => sum + fen, 0);
}

/** The first charge of which more is taken than is open, or less than a fen. */
export function wrong(taking: Taking, charges: readonly Charge[]): Charge | undefined {
	return charges.find((c) => {
		const fen = taking[c.id];
		return fen !== undefined && (!Number.isSafeInteger(fen) || fen < 1 || fen > c.owed);
	});
}

export function lines(taking: Taking, charges: readonly Charge[]): { charge_id: string; amount: number }[] {
	return charges.flatMap((c) => {
		const fen = taking[c.id];
		return fen === undefined ? [] : [{ charge_id: c.id, amount: fen }];
	});
}
