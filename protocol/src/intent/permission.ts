import type { Permission, Step, TemplatedJson } from "../plan/plan.ts";
import { checksumAddress } from "./address.ts";

const MAX_ARGUMENT = 96;

/** The on-chain calls of a plan whose arguments are all literal, in step order (spec 03). */
export function permissionsOf(steps: readonly Step[]): readonly Permission[] {
  return steps.flatMap((step, stepIndex) => {
    if (step.kind !== "call" || step.call.mode !== "literal") return [];
    const { target, function: signature, args, valueWei, call } = step;
    const shown = args.map(showArgument).join(", ");
    return [
      {
        stepIndex,
        target,
        call: shown === "" ? signature : `${signature} ${shown}`,
        valueWei: BigInt(valueWei),
        callData: call.callData,
      },
    ];
  });
}

// For wallets: addresses with their checksum, long bytes by beginning and length.
function showArgument(argument: TemplatedJson): string {
  if (isList(argument)) return `[${argument.map(showArgument).join(", ")}]`;
  const text = String(argument);
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return checksumAddress(text);
  const characters = [...text];
  if (characters.length > MAX_ARGUMENT) {
    const begin = JSON.stringify(characters.slice(0, 64).join(""));
    return `${begin}… (${characters.length} characters)`;
  }
  // Quoted where it could be taken for something else than one argument.
  return /^-?[0-9A-Za-z]+$/.test(text) ? text : JSON.stringify(text);
}

function isList(argument: TemplatedJson): argument is readonly TemplatedJson[] {
  return Array.isArray(argument);
}
