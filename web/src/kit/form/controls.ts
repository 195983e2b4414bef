import { type ComponentType, createContext } from "react";
import type { Choice, Field } from "../schema.ts";

export interface ControlProps {
	id: string;
	field: Field;
	value: unknown;
	onChange: (value: unknown) => void;
	invalid: boolean;
	describedBy: string | undefined;
	/** The label of a reference, when the record carries it. */
	label?: string | undefined;
}

/** Controls an app may replace: the console brings searching selects and a calendar, the phone uses the system's own. */
export interface Controls {
	select?: ComponentType<ControlProps & { choices: readonly Choice[]; multiple?: boolean }>;
	date?: ComponentType<ControlProps>;
	ref?: ComponentType<ControlProps>;
	person?: ComponentType<ControlProps>;
	gps?: ComponentType<ControlProps>;
	scan?: ComponentType<ControlProps>;
}

export const ControlsContext = createContext<Controls>({});
