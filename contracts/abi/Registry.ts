// Generated from the compiled contracts by `npm run build`; do not edit.

export const registryAbi = [
  {
    "type": "constructor",
    "inputs": [
      {
        "name": "council_",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "parameters_",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Parameters",
        "components": [
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "beaconWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "verdictWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "responseSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteCommitSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteRevealSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "slashDelaySec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generationSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "unbondingSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "minBondWei",
            "type": "uint128",
            "internalType": "uint128"
          }
        ]
      },
      {
        "name": "executions",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "beacon",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "disputes",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "acceptCold",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "actor",
    "inputs": [
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "roles",
        "type": "uint8",
        "internalType": "uint8"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "addNode",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "node_",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Node",
        "components": [
          {
            "name": "operatorNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "roles",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "keyTier",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "active",
            "type": "bool",
            "internalType": "bool"
          },
          {
            "name": "dutyKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "actionKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "caHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "endpoint",
            "type": "string",
            "internalType": "string"
          }
        ]
      },
      {
        "name": "caBinding",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "admit",
    "inputs": [
      {
        "name": "cold",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "payout",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "vettingHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "name",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "region",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "provider",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "metadataUri",
        "type": "string",
        "internalType": "string"
      }
    ],
    "outputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "approveRuntime",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "codeHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "activeFromSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "cancelCold",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "claimant",
    "inputs": [
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "roles",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "positionPlusOne",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "seed",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "head_",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Head",
        "components": [
          {
            "name": "generation",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "executors",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "pausedUntilSec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "coldChange",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.ColdChange",
        "components": [
          {
            "name": "cold",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "fromSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "payout",
            "type": "address",
            "internalType": "address"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "council",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "declareTier",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "tier",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "evidenceHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "depositBond",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "payable"
  },
  {
    "type": "function",
    "name": "deprecateRuntime",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "deprecatedAtSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "domainSeparator",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "duty",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "sinceSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "roles",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "eip712Domain",
    "inputs": [],
    "outputs": [
      {
        "name": "fields",
        "type": "bytes1",
        "internalType": "bytes1"
      },
      {
        "name": "name",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "version",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "chainId",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "verifyingContract",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "salt",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "extensions",
        "type": "uint256[]",
        "internalType": "uint256[]"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "executorsOf",
    "inputs": [
      {
        "name": "number",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint32[]",
        "internalType": "uint32[]"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "frozenWei",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "generation",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "generationInfo",
    "inputs": [
      {
        "name": "number",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Generation",
        "components": [
          {
            "name": "executors",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "verifiers",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "openedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "seed",
            "type": "bytes32",
            "internalType": "bytes32"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "guardian",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "head",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Head",
        "components": [
          {
            "name": "generation",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "executors",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "pausedUntilSec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "holdSlash",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "untilSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "insuranceWei",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "keysOf",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "dutyKeys",
        "type": "tuple[]",
        "internalType": "struct IRegistryTypes.KeyInterval[]",
        "components": [
          {
            "name": "key",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "fromSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "untilSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "revoked",
            "type": "bool",
            "internalType": "bool"
          }
        ]
      },
      {
        "name": "actionKeys",
        "type": "tuple[]",
        "internalType": "struct IRegistryTypes.KeyInterval[]",
        "components": [
          {
            "name": "key",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "fromSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "untilSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "revoked",
            "type": "bool",
            "internalType": "bool"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "minimumKeyTier",
    "inputs": [
      {
        "name": "role",
        "type": "uint8",
        "internalType": "uint8"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint8",
        "internalType": "uint8"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "node",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Node",
        "components": [
          {
            "name": "operatorNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "roles",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "keyTier",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "active",
            "type": "bool",
            "internalType": "bool"
          },
          {
            "name": "dutyKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "actionKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "caHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "endpoint",
            "type": "string",
            "internalType": "string"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "nodeCount",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "nodeOfActionKey",
    "inputs": [
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "nodeOfDutyKey",
    "inputs": [
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "openGeneration",
    "inputs": [],
    "outputs": [
      {
        "name": "opened",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "operator",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "found",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Operator",
        "components": [
          {
            "name": "cold",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "payout",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "status",
            "type": "uint8",
            "internalType": "enum IRegistryTypes.OperatorStatus"
          },
          {
            "name": "suspendedUntilSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "jailedUntilSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "bondWei",
            "type": "uint128",
            "internalType": "uint128"
          },
          {
            "name": "exitAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "sitsOutGeneration",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "vettingHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "name",
            "type": "string",
            "internalType": "string"
          },
          {
            "name": "region",
            "type": "string",
            "internalType": "string"
          },
          {
            "name": "provider",
            "type": "string",
            "internalType": "string"
          },
          {
            "name": "metadataUri",
            "type": "string",
            "internalType": "string"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "operatorCount",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "parameters",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Parameters",
        "components": [
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "beaconWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "verdictWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "responseSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteCommitSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteRevealSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "slashDelaySec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generationSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "unbondingSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "minBondWei",
            "type": "uint128",
            "internalType": "uint128"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "pauseClaims",
    "inputs": [
      {
        "name": "untilSec",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "payInsurance",
    "inputs": [
      {
        "name": "to",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "reinstate",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "remove",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "replaceCold",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "cold",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "payout",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "requestExit",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "revokeDutyKey",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "rotateKeys",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "fromSec",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "dutyProof",
        "type": "bytes",
        "internalType": "bytes"
      },
      {
        "name": "actionProof",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "runtime",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Runtime",
        "components": [
          {
            "name": "codeHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "activeFromSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "deprecatedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "sealingKeys",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple[]",
        "internalType": "struct IRegistryTypes.SealingKey[]",
        "components": [
          {
            "name": "x",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "y",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "fromSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "untilSec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "setCouncil",
    "inputs": [
      {
        "name": "council_",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "setGuardian",
    "inputs": [
      {
        "name": "guardian_",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "setMinimumKeyTier",
    "inputs": [
      {
        "name": "role",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "tier",
        "type": "uint8",
        "internalType": "uint8"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "setParameters",
    "inputs": [
      {
        "name": "parameters_",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Parameters",
        "components": [
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "beaconWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "verdictWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "responseSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteCommitSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteRevealSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "slashDelaySec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generationSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "unbondingSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "minBondWei",
            "type": "uint128",
            "internalType": "uint128"
          }
        ]
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "setSealingKey",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "x",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "y",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "binding",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "settleSlash",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "sitOut",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "slash",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "reporterNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "bps",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "outputs": [
      {
        "name": "amountWei",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "slashCount",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "slashOf",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.Slash",
        "components": [
          {
            "name": "operatorNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "reporterNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "settleAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "amountWei",
            "type": "uint128",
            "internalType": "uint128"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "suspend",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "untilSec",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "tierOf",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IRegistryTypes.NodeTier",
        "components": [
          {
            "name": "declared",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "counted",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "verified",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "evidenceHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "verifiedBy",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "verifiedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "expiresAtSec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "updateNode",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "endpoint",
        "type": "string",
        "internalType": "string"
      },
      {
        "name": "caHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "active",
        "type": "bool",
        "internalType": "bool"
      },
      {
        "name": "caBinding",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "verifierPosition",
    "inputs": [
      {
        "name": "number",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "verifiersOf",
    "inputs": [
      {
        "name": "number",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint32[]",
        "internalType": "uint32[]"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "verifyTier",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "tier",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "evidenceHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "verifiedBy",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "expiresAtSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "withdrawBond",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "event",
    "name": "BondDeposited",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "bondWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "BondWithdrawn",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ClaimsPausedUntil",
    "inputs": [
      {
        "name": "untilSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ColdChangeAnnounced",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "cold",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "payout",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "fromSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ColdChangeCancelled",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "by",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ColdKeyChanged",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "cold",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "payout",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "CouncilChanged",
    "inputs": [
      {
        "name": "council",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "DutyKeyRevoked",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "EIP712DomainChanged",
    "inputs": [],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "GenerationOpened",
    "inputs": [
      {
        "name": "generation",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "executors",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "verifiers",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "seed",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "GuardianChanged",
    "inputs": [
      {
        "name": "guardian",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "InsurancePaid",
    "inputs": [
      {
        "name": "to",
        "type": "address",
        "indexed": true,
        "internalType": "address"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "JailSpared",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "fault",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "KeysRotated",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "actionKey",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "fromSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "atOnce",
        "type": "bool",
        "indexed": false,
        "internalType": "bool"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "MinimumKeyTierChanged",
    "inputs": [
      {
        "name": "role",
        "type": "uint8",
        "indexed": true,
        "internalType": "uint8"
      },
      {
        "name": "tier",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "NodeAdded",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "node",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IRegistryTypes.Node",
        "components": [
          {
            "name": "operatorNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "roles",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "keyTier",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "active",
            "type": "bool",
            "internalType": "bool"
          },
          {
            "name": "dutyKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "actionKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "caHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "endpoint",
            "type": "string",
            "internalType": "string"
          }
        ]
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "NodeChanged",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "node",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IRegistryTypes.Node",
        "components": [
          {
            "name": "operatorNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "roles",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "keyTier",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "active",
            "type": "bool",
            "internalType": "bool"
          },
          {
            "name": "dutyKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "actionKey",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "caHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "endpoint",
            "type": "string",
            "internalType": "string"
          }
        ]
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "OperatorAdmitted",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "cold",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "vettingHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "name",
        "type": "string",
        "indexed": false,
        "internalType": "string"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "OperatorStatusChanged",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "status",
        "type": "uint8",
        "indexed": false,
        "internalType": "enum IRegistryTypes.OperatorStatus"
      },
      {
        "name": "untilSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "reasonHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ParametersChanged",
    "inputs": [
      {
        "name": "parameters",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IRegistryTypes.Parameters",
        "components": [
          {
            "name": "deltaSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "leaseMarginSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "claimWindowSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "beaconWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "verdictWindowSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "responseSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteCommitSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "voteRevealSec",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "slashDelaySec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generationSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "unbondingSec",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "confirmations",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "minBondWei",
            "type": "uint128",
            "internalType": "uint128"
          }
        ]
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "RuntimeApproved",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "codeHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "activeFromSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "RuntimeDeprecated",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "deprecatedAtSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SatOut",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "generation",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SealingKeyChanged",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "x",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "y",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "fromSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SlashHeld",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "indexed": true,
        "internalType": "uint256"
      },
      {
        "name": "untilSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SlashSettled",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "indexed": true,
        "internalType": "uint256"
      },
      {
        "name": "toReporterWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "toInsuranceWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "toBond",
        "type": "bool",
        "indexed": false,
        "internalType": "bool"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Slashed",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "reporterNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "fault",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "slashNo",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "TierDeclared",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "tier",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "evidenceHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "TierVerified",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "tier",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "evidenceHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "verifiedBy",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "expiresAtSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "BadCaBinding",
    "inputs": [
      {
        "name": "recovered",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadKeyProof",
    "inputs": [
      {
        "name": "recovered",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "key",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadRoles",
    "inputs": [
      {
        "name": "roles",
        "type": "uint8",
        "internalType": "uint8"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadSealingKey",
    "inputs": [
      {
        "name": "recovered",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "BondTooSmall",
    "inputs": [
      {
        "name": "bondWei",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "minimumWei",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "CaInUse",
    "inputs": [
      {
        "name": "caHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "ClaimsPaused",
    "inputs": [
      {
        "name": "untilSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "EmptyField",
    "inputs": [
      {
        "name": "field",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "EvidenceChanged",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "given",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "declared",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "GenerationNotDue",
    "inputs": [
      {
        "name": "dueAtSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "InvalidShortString",
    "inputs": []
  },
  {
    "type": "error",
    "name": "KeyInUse",
    "inputs": [
      {
        "name": "key",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "KeyNotAllowed",
    "inputs": [
      {
        "name": "key",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "KeyTierTooLow",
    "inputs": [
      {
        "name": "roles",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "tier",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "minimum",
        "type": "uint8",
        "internalType": "uint8"
      }
    ]
  },
  {
    "type": "error",
    "name": "KeysChanged",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "dutyKey",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "actionKey",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "KeysUnchanged",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NoColdChange",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotCold",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "sender",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotCouncil",
    "inputs": [
      {
        "name": "sender",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotGuardian",
    "inputs": [
      {
        "name": "sender",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotLedger",
    "inputs": [
      {
        "name": "sender",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotNewCold",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "sender",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotOnCurve",
    "inputs": [
      {
        "name": "x",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "y",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotYet",
    "inputs": [
      {
        "name": "atSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "OutOfBounds",
    "inputs": [
      {
        "name": "parameter",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "value",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "RuntimeKnown",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "SealingKeyInUse",
    "inputs": [
      {
        "name": "keyHash",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "SetUnchanged",
    "inputs": []
  },
  {
    "type": "error",
    "name": "StringTooLong",
    "inputs": [
      {
        "name": "str",
        "type": "string",
        "internalType": "string"
      }
    ]
  },
  {
    "type": "error",
    "name": "TooManyOperators",
    "inputs": [
      {
        "name": "limit",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "TransferFailed",
    "inputs": [
      {
        "name": "to",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "amountWei",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "UnknownNode",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "UnknownOperator",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "UnknownRuntime",
    "inputs": [
      {
        "name": "version",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "UnknownSlash",
    "inputs": [
      {
        "name": "slashNo",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "WrongStatus",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "status",
        "type": "uint8",
        "internalType": "enum IRegistryTypes.OperatorStatus"
      }
    ]
  }
] as const;
