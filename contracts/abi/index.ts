// Generated from the compiled contracts by `npm run build`; do not edit.

export {};
