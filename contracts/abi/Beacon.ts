// Generated from the compiled contracts by `npm run build`; do not edit.

export const beaconAbi = [
  {
    "type": "constructor",
    "inputs": [
      {
        "name": "registry",
        "type": "address",
        "internalType": "contract IRegistry"
      },
      {
        "name": "executions",
        "type": "address",
        "internalType": "address"
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
    "name": "assign",
    "inputs": [],
    "outputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "closeRound",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "comeBack",
    "inputs": [],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "commitChain",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "tip",
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "currentRound",
    "inputs": [],
    "outputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "openBlock",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "openedAtSec",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "waiting",
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "hasRevealed",
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
    "name": "isAway",
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
        "type": "bool",
        "internalType": "bool"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "members",
    "inputs": [],
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
    "name": "nextTipOf",
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
        "type": "bytes32",
        "internalType": "bytes32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "reveal",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "operatorNos",
        "type": "uint32[]",
        "internalType": "uint32[]"
      },
      {
        "name": "preimages",
        "type": "bytes32[]",
        "internalType": "bytes32[]"
      }
    ],
    "outputs": [],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "seedOf",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "outputs": [
      {
        "name": "seed",
        "type": "bytes27",
        "internalType": "bytes27"
      },
      {
        "name": "closedAtSec",
        "type": "uint40",
        "internalType": "uint40"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "function",
    "name": "silent",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "before",
        "type": "uint8",
        "internalType": "enum IBeaconTypes.Standing"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "tipOf",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "outputs": [
      {
        "name": "anchor",
        "type": "bytes32",
        "internalType": "bytes32"
      },
      {
        "name": "usedPreimages",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "behind",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "event",
    "name": "CameBack",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ChainCommitted",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "tip",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "PreimagesRevealed",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "indexed": true,
        "internalType": "uint40"
      },
      {
        "name": "operatorNos",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      },
      {
        "name": "preimages",
        "type": "bytes32[]",
        "indexed": false,
        "internalType": "bytes32[]"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "RoundAssigned",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "indexed": true,
        "internalType": "uint40"
      },
      {
        "name": "openBlock",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "RoundClosed",
    "inputs": [
      {
        "name": "round",
        "type": "uint40",
        "indexed": true,
        "internalType": "uint40"
      },
      {
        "name": "seed",
        "type": "bytes27",
        "indexed": false,
        "internalType": "bytes27"
      },
      {
        "name": "missing",
        "type": "uint32[]",
        "indexed": false,
        "internalType": "uint32[]"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "WentAway",
    "inputs": [
      {
        "name": "operatorNo",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "fromRound",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "BadPreimage",
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
    "name": "BadTip",
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
    "name": "LengthsDiffer",
    "inputs": [
      {
        "name": "operators",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "preimages",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "NobodyRevealed",
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
    "name": "NotAMember",
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
    "name": "NotAway",
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
    "name": "RoundNotOpen",
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
    "name": "WrongRound",
    "inputs": [
      {
        "name": "given",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "current",
        "type": "uint40",
        "internalType": "uint40"
      }
    ]
  }
] as const;
