// Generated from the compiled contracts by `npm run build`; do not edit.

export const gatewayAbi = [
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
        "name": "vaultImplementation",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "forbidden",
        "type": "address[]",
        "internalType": "address[]"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "act",
    "inputs": [
      {
        "name": "actions",
        "type": "tuple[]",
        "internalType": "struct IGatewayTypes.Action[]",
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
            "name": "step",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "target",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "valueWei",
            "type": "uint256",
            "internalType": "uint256"
          },
          {
            "name": "callData",
            "type": "bytes",
            "internalType": "bytes"
          },
          {
            "name": "planHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "stepsRoot",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "permissionIndex",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "permissionCount",
            "type": "uint16",
            "internalType": "uint16"
          },
          {
            "name": "permissionPath",
            "type": "bytes32[]",
            "internalType": "bytes32[]"
          }
        ]
      }
    ],
    "outputs": [
      {
        "name": "done",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "createVault",
    "inputs": [
      {
        "name": "owner",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "vault",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "doneBy",
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
    "name": "isDone",
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
    "name": "isForbidden",
    "inputs": [
      {
        "name": "target",
        "type": "address",
        "internalType": "address"
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
    "name": "isVault",
    "inputs": [
      {
        "name": "account",
        "type": "address",
        "internalType": "address"
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
    "name": "targetGas",
    "inputs": [],
    "outputs": [
      {
        "name": "",
        "type": "uint256",
        "internalType": "uint256"
      }
    ],
    "stateMutability": "pure"
  },
  {
    "type": "function",
    "name": "vaultOf",
    "inputs": [
      {
        "name": "owner",
        "type": "address",
        "internalType": "address"
      }
    ],
    "outputs": [
      {
        "name": "vault",
        "type": "address",
        "internalType": "address"
      }
    ],
    "stateMutability": "view"
  },
  {
    "type": "event",
    "name": "Acted",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "indexed": true,
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "vault",
        "type": "address",
        "indexed": true,
        "internalType": "address"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "target",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      },
      {
        "name": "valueWei",
        "type": "uint256",
        "indexed": false,
        "internalType": "uint256"
      },
      {
        "name": "callDataHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "returned",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ActionAdopted",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "indexed": true,
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "batchNo",
        "type": "uint64",
        "indexed": false,
        "internalType": "uint64"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ActionReverted",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "indexed": true,
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "nodeNo",
        "type": "uint32",
        "indexed": false,
        "internalType": "uint32"
      },
      {
        "name": "returned",
        "type": "bytes",
        "indexed": false,
        "internalType": "bytes"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "ActionSkipped",
    "inputs": [
      {
        "name": "executionId",
        "type": "bytes32",
        "indexed": true,
        "internalType": "bytes32"
      },
      {
        "name": "step",
        "type": "uint16",
        "indexed": true,
        "internalType": "uint16"
      },
      {
        "name": "reason",
        "type": "uint8",
        "indexed": false,
        "internalType": "enum IGatewayTypes.Skip"
      }
    ],
    "anonymous": false
  },
  {
    "type": "event",
    "name": "VaultCreated",
    "inputs": [
      {
        "name": "owner",
        "type": "address",
        "indexed": true,
        "internalType": "address"
      },
      {
        "name": "vault",
        "type": "address",
        "indexed": false,
        "internalType": "address"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "CloneArgumentsTooLong",
    "inputs": []
  },
  {
    "type": "error",
    "name": "Create2EmptyBytecode",
    "inputs": []
  },
  {
    "type": "error",
    "name": "FailedDeployment",
    "inputs": []
  },
  {
    "type": "error",
    "name": "InsufficientBalance",
    "inputs": [
      {
        "name": "balance",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "needed",
        "type": "uint256",
        "internalType": "uint256"
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
    "name": "TooManyActions",
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
  }
] as const;
