// Where joined entry points are: for who starts programs, and wants to load little for it.

export { freshBundle } from "./fresh-bundle.ts";
