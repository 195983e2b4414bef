import { createContext, type ReactNode } from "react";
import type { Row } from "@/api/types.ts";

/** What an app can do with a record beyond editing it: print a receipt, reverse it. */
export const RecordActionsContext = createContext<((register: string, row: Row) => ReactNode) | null>(null);
