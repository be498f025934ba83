export { readStore, type StoreReader } from "./read-store.ts";
