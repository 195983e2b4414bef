import { createContext } from "react";

/** Tells the page around a record that it holds something unsaved. */
export const DirtyContext = createContext<(dirty: boolean) => void>(() => {});
