// Generated from the compiled contracts by `npm run build`; do not edit.

export const executionsAbi = [
  {
    "type": "constructor",
    "inputs": [
      {
        "name": "registry",
        "type": "address",
        "internalType": "contract IRegistry"
      },
      {
        "name": "intents",
        "type": "address",
        "internalType": "contract IIntents"
      },
      {
        "name": "beacon",
        "type": "address",
        "internalType": "contract IBeacon"
      },
      {
        "name": "disputes",
        "type": "address",
        "internalType": "contract IDisputes"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "advanceFallback",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "auditCheckpointHash",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "auditSeq",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
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
    "name": "auditCheckpointOf",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "newest",
        "type": "tuple",
        "internalType": "struct IAuditTypes.AuditCheckpoint",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "entries",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "records",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "commitments",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "verdicts",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "votes",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "dutyUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "actionUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          }
        ]
      },
      {
        "name": "contradicted",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "batch",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IExecutionsTypes.Batch",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "deadlineSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "count",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "round",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "status",
            "type": "uint8",
            "internalType": "enum IExecutionsTypes.BatchStatus"
          },
          {
            "name": "generation",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "recordBlock",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "draw",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "judgedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "allPosted",
            "type": "bool",
            "internalType": "bool"
          },
          {
            "name": "marked",
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
    "name": "batchCount",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "checkpointAudit",
    "inputs": [
      {
        "name": "checkpoint",
        "type": "tuple",
        "internalType": "struct IAuditTypes.AuditCheckpoint",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "entries",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "records",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "commitments",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "verdicts",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "votes",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "dutyUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "actionUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          }
        ]
      },
      {
        "name": "signature",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "claim",
    "inputs": [
      {
        "name": "kind",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "leaseClass",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "items",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "accepted",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "claimOf",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "attempt",
        "type": "uint8",
        "internalType": "uint8"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "committee",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "condemn",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "bits",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "disputed",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "executionIdOf",
    "inputs": [
      {
        "name": "intentHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "occurrenceId",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
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
    "name": "expire",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "fallbackOf",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IExecutionsTypes.Fallback",
        "components": [
          {
            "name": "phase",
            "type": "uint8",
            "internalType": "enum IExecutionsTypes.FallbackPhase"
          },
          {
            "name": "replacements",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "deadlineSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "round",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "seats",
            "type": "uint32[]",
            "internalType": "uint32[]"
          },
          {
            "name": "commitments",
            "type": "bytes32[]",
            "internalType": "bytes32[]"
          },
          {
            "name": "revealedMask",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "fault",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "unable",
            "type": "uint256",
            "internalType": "uint256"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "faultReport",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
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
    "name": "finalise",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "recordBlockHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "verdicts",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "holds",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "item",
        "type": "tuple",
        "internalType": "struct IExecutionsTypes.Item",
        "components": [
          {
            "name": "executionId",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "intentNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "attempt",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "ordinal",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "t0Sec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      },
      {
        "name": "path",
        "type": "bytes32[]",
        "internalType": "bytes32[]"
      }
    ],
    "outputs": [
      {
        "name": "live",
        "type": "bool",
        "internalType": "bool"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "isFinal",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "isTaken",
    "inputs": [
      {
        "name": "intentNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "ordinal",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "openFallback",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "pending",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "postCommitment",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "commitment",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "auditSeq",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "auditHead",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "signature",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "posted",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "reclaim",
    "inputs": [
      {
        "name": "leaseClass",
        "type": "uint8",
        "internalType": "uint8"
      },
      {
        "name": "items",
        "type": "tuple[]",
        "internalType": "struct IExecutionsTypes.Reclaim[]",
        "components": [
          {
            "name": "batchNo",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "index",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "item",
            "type": "tuple",
            "internalType": "struct IExecutionsTypes.Item",
            "components": [
              {
                "name": "executionId",
                "type": "bytes32",
                "internalType": "bytes32"
              },
              {
                "name": "intentNo",
                "type": "uint32",
                "internalType": "uint32"
              },
              {
                "name": "attempt",
                "type": "uint8",
                "internalType": "uint8"
              },
              {
                "name": "ordinal",
                "type": "uint64",
                "internalType": "uint64"
              },
              {
                "name": "t0Sec",
                "type": "uint40",
                "internalType": "uint40"
              }
            ]
          },
          {
            "name": "recordRoot",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "itemsRoot",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "path",
            "type": "bytes32[]",
            "internalType": "bytes32[]"
          }
        ]
      }
    ],
    "outputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "accepted",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "record",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "postedBits",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "auditSeq",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "auditHead",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "records",
        "type": "bytes",
        "internalType": "bytes"
      },
      {
        "name": "signature",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "revealVerdict",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "recordBlockHash",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "verdict",
        "type": "tuple",
        "internalType": "struct IExecutionsTypes.SeatVerdict",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "fault",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "unable",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "reportHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "salt",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "signature",
            "type": "bytes",
            "internalType": "bytes"
          }
        ]
      },
      {
        "name": "report",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "rightSeats",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
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
    "name": "rootWord",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
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
    "name": "settle",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "upheld",
        "type": "bool",
        "internalType": "bool"
      },
      {
        "name": "verified",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "voided",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "type": "event",
    "name": "AuditCheckpointed",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "checkpoint",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IAuditTypes.AuditCheckpoint",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "entries",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "records",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "commitments",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "verdicts",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "votes",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "dutyUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "actionUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          }
        ]
      },
      {
        "name": "signature",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "AuditContradicted",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "checkpoint",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IAuditTypes.AuditCheckpoint",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "entries",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "records",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "commitments",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "verdicts",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "votes",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "dutyUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "actionUses",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          }
        ]
      },
      {
        "name": "signature",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "BatchExpired",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Claimed",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "generation",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "kind",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "leaseClass",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "accepted",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "items",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "CommitmentPosted",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "commitment",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
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
    "name": "ExecutionSettled",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "upheld",
        "type": "bool",
        "indexed": false,
        "internalType": "bool"
      },
      {
        "name": "verified",
        "type": "bool",
        "indexed": false,
        "internalType": "bool"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "FallbackOpened",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "seats",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Finalised",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "fault",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "unable",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "pending",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "round",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "recordBlockHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "verdicts",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Reclaimed",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "generation",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "accepted",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "items",
        "type": "tuple[]",
        "indexed": false,
        "internalType": "struct IExecutionsTypes.Item[]",
        "components": [
          {
            "name": "executionId",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "intentNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "attempt",
            "type": "uint8",
            "internalType": "uint8"
          },
          {
            "name": "ordinal",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "t0Sec",
            "type": "uint40",
            "internalType": "uint40"
          }
        ]
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Recorded",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "posted",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "round",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "auditSeq",
        "type": "uint64",
        "indexed": false,
        "internalType": "uint64"
      },
      {
        "name": "auditHead",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "records",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      },
      {
        "name": "signature",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SeatsDrawn",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "seats",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "SeatsReplaced",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "gone",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "round",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "VerdictRevealed",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "draw",
        "type": "uint8",
        "indexed": false,
        "internalType": "uint8"
      },
      {
        "name": "verdict",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IExecutionsTypes.SeatVerdict",
        "components": [
          {
            "name": "nodeNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "fault",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "unable",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "reportHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "salt",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "auditSeq",
            "type": "uint64",
            "internalType": "uint64"
          },
          {
            "name": "auditHead",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "signature",
            "type": "bytes",
            "internalType": "bytes"
          }
        ]
      },
      {
        "name": "report",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "BadAuditSeq",
    "inputs": [
      {
        "name": "auditSeq",
        "type": "uint64",
        "internalType": "uint64"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadCheckpointSignature",
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
    "name": "BadCommitmentSignature",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadItems",
    "inputs": [
      {
        "name": "length",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadPosted",
    "inputs": [
      {
        "name": "posted",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "count",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadRecordSignature",
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
    "name": "BadRecords",
    "inputs": [
      {
        "name": "length",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "expected",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadReport",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadSeat",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadVerdictSignature",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "BitsOutOfRange",
    "inputs": [
      {
        "name": "bits",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "allowed",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "CommitmentDiffers",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "FallbackOpen",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ]
  },
  {
    "type": "error",
    "name": "GoneToVote",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "LeaseLive",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
  },
  {
    "type": "error",
    "name": "LeaseOver",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "deadlineSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotANode",
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
    "name": "NotAnExecutor",
    "inputs": [
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "generation",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotDisputes",
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
    "name": "NotOpen",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "NothingClaimed",
    "inputs": []
  },
  {
    "type": "error",
    "name": "RoundOpen",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
  },
  {
    "type": "error",
    "name": "SeatCommitted",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "SeatRevealed",
    "inputs": [
      {
        "name": "seat",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
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
    "name": "TooManyItems",
    "inputs": [
      {
        "name": "count",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "limit",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "WindowClosed",
    "inputs": [
      {
        "name": "sinceSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "WindowOpen",
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
    "name": "WrongBatchStatus",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "status",
        "type": "uint8",
        "internalType": "enum IExecutionsTypes.BatchStatus"
      }
    ]
  },
  {
    "type": "error",
    "name": "WrongBlockHash",
    "inputs": [
      {
        "name": "blockNumber",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "given",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "actual",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "WrongPhase",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "phase",
        "type": "uint8",
        "internalType": "enum IExecutionsTypes.FallbackPhase"
      }
    ]
  },
  {
    "type": "error",
    "name": "WrongSeatCount",
    "inputs": [
      {
        "name": "count",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "expected",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  }
] as const;
