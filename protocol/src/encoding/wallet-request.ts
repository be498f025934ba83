import type { Hex } from "./hex.ts";
import type { Json } from "./json.ts";
import {
  FIRE_TYPE,
  type Fire,
  INTENT_TYPE,
  INVALIDATE_NONCE_TYPE,
  type Intent,
  type NonceInvalidation,
  REVOKE_TYPE,
} from "./owner-structures.ts";
import type { Domain } from "./typed-data.ts";

/** What an owner can sign with a wallet. */
export type OwnerStructure =
  | { readonly primaryType: "Intent"; readonly message: Intent }
  | { readonly primaryType: "Revoke"; readonly message: { readonly intentHash: Hex } }
  | { readonly primaryType: "InvalidateNonce"; readonly message: NonceInvalidation }
  | { readonly primaryType: "Fire"; readonly message: Fire };

/** One member of a structure, as `eth_signTypedData_v4` lists it. */
export interface TypedField {
  readonly name: string;
  readonly type: string;
}

/** The JSON form of EIP-712 that wallets take; amounts are decimal strings. */
export interface TypedData {
  readonly types: { readonly [name: string]: readonly TypedField[] };
  readonly primaryType: string;
  readonly domain: {
    readonly name: "Deed";
    readonly version: "1";
    readonly chainId: number;
    readonly verifyingContract: Hex;
  };
  readonly message: { readonly [name: string]: Json };
}

const encodedTypes = {
  Intent: INTENT_TYPE,
  Revoke: REVOKE_TYPE,
  InvalidateNonce: INVALIDATE_NONCE_TYPE,
  Fire: FIRE_TYPE,
};

/** The request for a wallet; it hashes to the same digest as the hand-packed functions. */
export function typedData(structure: OwnerStructure, domain: Domain): TypedData {
  return {
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      ...fieldsOf(encodedTypes[structure.primaryType]),
    },
    primaryType: structure.primaryType,
    domain: {
      name: "Deed",
      version: "1",
      chainId: domain.chainId,
      verifyingContract: domain.verifyingContract,
    },
    message: messageOf(structure),
  };
}

function messageOf(structure: OwnerStructure): { readonly [name: string]: Json } {
  switch (structure.primaryType) {
    case "Intent": {
      const { permissions, nonce, ...rest } = structure.message;
      return {
        ...rest,
        nonce: nonce.toString(),
        permissions: permissions.map((permission) => ({
          target: permission.target,
          call: permission.call,
          valueWei: permission.valueWei.toString(),
        })),
      };
    }
    case "Revoke":
      return { intentHash: structure.message.intentHash };
    case "InvalidateNonce": {
      const { owner, nonce } = structure.message;
      return { owner, nonce: nonce.toString() };
    }
    case "Fire":
      return { ...structure.message };
  }
}

// `A(x a,y b)B(z c)` to the lists of members by structure.
function fieldsOf(encodedType: string): { [name: string]: TypedField[] } {
  const fields: { [name: string]: TypedField[] } = {};
  for (const part of encodedType.split(")").slice(0, -1)) {
    const [name, members] = part.split("(") as [string, string];
    fields[name] = members.split(",").map((member) => {
      const [type, field] = member.split(" ") as [string, string];
      return { name: field, type };
    });
  }
  return fields;
}
