// Generated from the compiled contracts by `npm run build`; do not edit.

export const disputesAbi = [
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
        "name": "executions",
        "type": "address",
        "internalType": "contract IExecutions"
      },
      {
        "name": "beacon",
        "type": "address",
        "internalType": "contract IBeacon"
      },
      {
        "name": "gateway",
        "type": "address",
        "internalType": "contract IGateway"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "actedWithoutRecord",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "answerData",
    "inputs": [
      {
        "name": "proof",
        "type": "tuple",
        "internalType": "struct IEvidenceTypes.RecordProof",
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
            "name": "itemPath",
            "type": "bytes32[]",
            "internalType": "bytes32[]"
          },
          {
            "name": "record",
            "type": "bytes",
            "internalType": "bytes"
          },
          {
            "name": "recordPath",
            "type": "bytes32[]",
            "internalType": "bytes32[]"
          }
        ]
      },
      {
        "name": "bundle",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "challengeData",
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
    "name": "challengeOf",
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
        "internalType": "struct IEvidenceTypes.Challenge",
        "components": [
          {
            "name": "challengerNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "answerEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "asked",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "open",
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
    "name": "claimWithoutRecord",
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
    "name": "commitVote",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "commitment",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "dispute",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "tuple",
        "internalType": "struct IDisputesTypes.Dispute",
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
            "name": "leaf",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "fault",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "accusedNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "reporterNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generation",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "eligible",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "guilty",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "innocent",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "openedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "responseEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "commitEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "revealEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "status",
            "type": "uint8",
            "internalType": "enum IDisputesTypes.DisputeStatus"
          },
          {
            "name": "foundFault",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "foundLeaf",
            "type": "uint16",
            "internalType": "uint16"
          }
        ]
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "disputeCount",
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
    "name": "disputeOf",
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
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "endChallenge",
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
    "name": "isJudged",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "place",
        "type": "bytes32",
        "internalType": "bytes32"
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
    "name": "missingPreimage",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "repeated",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "missingVerdict",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "withheld",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "open",
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
        "name": "reporterNodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "report",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "openUnverified",
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
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "prove",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "evidence",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [
      {
        "name": "slashedWei",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "resolve",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "respond",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "data",
        "type": "bytes",
        "internalType": "bytes"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "revealVote",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "internalType": "uint16"
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
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "settleUnopened",
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
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "slashBps",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint16",
        "internalType": "uint16"
      }
    ],
    "stateMutability": "pure"
  },
  {
    "type": "event",
    "name": "ChallengeEnded",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "unanswered",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "DataAnswered",
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
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "bundle",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "DataChallenged",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "challengerNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "bits",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "answerEndsSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "DisputeOpened",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "dispute",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IDisputesTypes.Dispute",
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
            "name": "leaf",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "fault",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "accusedNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "reporterNo",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "generation",
            "type": "uint32",
            "internalType": "uint32"
          },
          {
            "name": "eligible",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "guilty",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "innocent",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "openedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "responseEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "commitEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "revealEndsSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "status",
            "type": "uint8",
            "internalType": "enum IDisputesTypes.DisputeStatus"
          },
          {
            "name": "foundFault",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "foundLeaf",
            "type": "uint16",
            "internalType": "uint16"
          }
        ]
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "DisputeResolved",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "status",
        "type": "uint8",
        "indexed": false,
        "internalType": "enum IDisputesTypes.DisputeStatus"
      },
      {
        "name": "fault",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "guilty",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "innocent",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "slashedWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
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
    "name": "FaultJudged",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "slashedWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "FaultProven",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "index",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "reporterNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "slashedWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "Responded",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "sender",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "data",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "VoteCommitted",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
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
    "name": "VoteRevealed",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "indexed": true,
        "internalType": "uint64"
      },
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "fault",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "indexed": false,
        "internalType": "uint16"
      },
      {
        "name": "reportHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "salt",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
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
        "name": "signature",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "AlreadyCommitted",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "AlreadyJudged",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "place",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "AlreadyOpen",
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
    "name": "AlreadyPunished",
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
    "name": "AlreadyRevealed",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "AnswerWindow",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "answerEndsSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
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
    "name": "BadForm",
    "inputs": [
      {
        "name": "form",
        "type": "uint8",
        "internalType": "uint8"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadLeafProof",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadPlanProof",
    "inputs": [
      {
        "name": "intentNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadRecordProof",
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
    "name": "BadReport",
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
      }
    ]
  },
  {
    "type": "error",
    "name": "BadVote",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      },
      {
        "name": "leaf",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadVoteSignature",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "ChallengeOpen",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "answerEndsSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
  },
  {
    "type": "error",
    "name": "CommitmentMismatch",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "HasRecord",
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
    "name": "MayBeAdopted",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "untilSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "NoCommitment",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "NoFault",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotASeat",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "NotActed",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotBeacon",
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
    "name": "NotByContract",
    "inputs": [
      {
        "name": "fault",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotChallenged",
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
    "name": "NotDisputed",
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
    "name": "NotEligible",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
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
    "name": "NotExecutions",
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
    "name": "NotInReport",
    "inputs": [
      {
        "name": "index",
        "type": "uint16",
        "internalType": "uint16"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotOpen",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotPending",
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
    "name": "NotSigned",
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
    "name": "NotTheBundle",
    "inputs": [
      {
        "name": "given",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "recorded",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotTheIntent",
    "inputs": [
      {
        "name": "intentNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotTooLarge",
    "inputs": [
      {
        "name": "bundleBytes",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "NothingToGive",
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
    ]
  },
  {
    "type": "error",
    "name": "OpeningLive",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "untilSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "OpeningOver",
    "inputs": [
      {
        "name": "batchNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "untilSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "OtherPlace",
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
    "name": "TooManyDemanded",
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
      }
    ]
  },
  {
    "type": "error",
    "name": "WrongWindow",
    "inputs": [
      {
        "name": "disputeNo",
        "type": "uint64",
        "internalType": "uint64"
      },
      {
        "name": "fromSec",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "untilSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  }
] as const;
