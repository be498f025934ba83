/** Which parameters of widely standardised events are indexed. */
export interface StandardEvent {
  readonly standard: string;
  readonly indexed: readonly boolean[];
}

// ERC-721 has the first two with all three indexed: who means those gives the contract's ABI.
const EVENTS: { readonly [signature: string]: StandardEvent } = {
  "Transfer(address,address,uint256)": { standard: "ERC-20", indexed: [true, true, false] },
  "Approval(address,address,uint256)": { standard: "ERC-20", indexed: [true, true, false] },
  "ApprovalForAll(address,address,bool)": {
    standard: "ERC-721",
    indexed: [true, true, false],
  },
  "TransferSingle(address,address,address,uint256,uint256)": {
    standard: "ERC-1155",
    indexed: [true, true, true, false, false],
  },
  "TransferBatch(address,address,address,uint256[],uint256[])": {
    standard: "ERC-1155",
    indexed: [true, true, true, false, false],
  },
  "OwnershipTransferred(address,address)": { standard: "ERC-173", indexed: [true, true] },
};

export function standardEvent(signature: string): StandardEvent | null {
  return Object.hasOwn(EVENTS, signature) ? (EVENTS[signature] as StandardEvent) : null;
}
