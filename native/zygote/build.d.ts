/** Makes an addon of the C files in `folder`; gives the compiler's warnings. @throws Error with what it said */
export function compile(folder: string, output: string): string;
