// Generated from the compiled contracts by `npm run build`; do not edit.

export const directoryAbi = [
  {
    "type": "constructor",
    "inputs": [
      {
        "name": "announcer_",
        "type": "address",
        "internalType": "address"
      },
      {
        "name": "noticeSec_",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "first",
        "type": "tuple",
        "internalType": "struct IDirectoryTypes.Contracts",
        "components": [
          {
            "name": "registry",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "intents",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "beacon",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "executions",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "disputes",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "gateway",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "vault",
            "type": "address",
            "internalType": "address"
          }
        ]
      },
      {
        "name": "noteUri",
        "type": "string",
        "internalType": "string"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "announce",
    "inputs": [
      {
        "name": "contracts",
        "type": "tuple",
        "internalType": "struct IDirectoryTypes.Contracts",
        "components": [
          {
            "name": "registry",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "intents",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "beacon",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "executions",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "disputes",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "gateway",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "vault",
            "type": "address",
            "internalType": "address"
          }
        ]
      },
      {
        "name": "activeFromSec",
        "type": "uint40",
        "internalType": "uint40"
      },
      {
        "name": "noteUri",
        "type": "string",
        "internalType": "string"
      }
    ],
    "outputs": [
      {
        "name": "",
        "type": "uint32",
        "internalType": "uint32"
      }
    ],
    "stateMutability": "nonpayable"
  },
  {
    "type": "function",
    "name": "announcer",
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
    "name": "current",
    "inputs": [],
    "outputs": [
      {
        "name": "number",
        "type": "uint32",
        "internalType": "uint32"
      },
      {
        "name": "found",
        "type": "tuple",
        "internalType": "struct IDirectoryTypes.Version",
        "components": [
          {
            "name": "contracts",
            "type": "tuple",
            "internalType": "struct IDirectoryTypes.Contracts",
            "components": [
              {
                "name": "registry",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "intents",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "beacon",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "executions",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "disputes",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "gateway",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "vault",
                "type": "address",
                "internalType": "address"
              }
            ]
          },
          {
            "name": "codesHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "announcedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "activeFromSec",
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
    "name": "noticeSec",
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
    "name": "version",
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
        "internalType": "struct IDirectoryTypes.Version",
        "components": [
          {
            "name": "contracts",
            "type": "tuple",
            "internalType": "struct IDirectoryTypes.Contracts",
            "components": [
              {
                "name": "registry",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "intents",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "beacon",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "executions",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "disputes",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "gateway",
                "type": "address",
                "internalType": "address"
              },
              {
                "name": "vault",
                "type": "address",
                "internalType": "address"
              }
            ]
          },
          {
            "name": "codesHash",
            "type": "bytes32",
            "internalType": "bytes32"
          },
          {
            "name": "announcedAtSec",
            "type": "uint40",
            "internalType": "uint40"
          },
          {
            "name": "activeFromSec",
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
    "name": "versionCount",
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
    "name": "versionOf",
    "inputs": [
      {
        "name": "registry",
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
    "type": "event",
    "name": "VersionAnnounced",
    "inputs": [
      {
        "name": "version",
        "type": "uint32",
        "indexed": true,
        "internalType": "uint32"
      },
      {
        "name": "registry",
        "type": "address",
        "indexed": true,
        "internalType": "address"
      },
      {
        "name": "contracts",
        "type": "tuple",
        "indexed": false,
        "internalType": "struct IDirectoryTypes.Contracts",
        "components": [
          {
            "name": "registry",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "intents",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "beacon",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "executions",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "disputes",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "gateway",
            "type": "address",
            "internalType": "address"
          },
          {
            "name": "vault",
            "type": "address",
            "internalType": "address"
          }
        ]
      },
      {
        "name": "codesHash",
        "type": "bytes32",
        "indexed": false,
        "internalType": "bytes32"
      },
      {
        "name": "activeFromSec",
        "type": "uint40",
        "indexed": false,
        "internalType": "uint40"
      },
      {
        "name": "noteUri",
        "type": "string",
        "indexed": false,
        "internalType": "string"
      }
    ],
    "anonymous": false
  },
  {
    "type": "error",
    "name": "AlreadyListed",
    "inputs": [
      {
        "name": "registry",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "BadNotice",
    "inputs": [
      {
        "name": "noticeSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotAContract",
    "inputs": [
      {
        "name": "given",
        "type": "address",
        "internalType": "address"
      }
    ]
  },
  {
    "type": "error",
    "name": "NotAnnouncer",
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
    "name": "TooSoon",
    "inputs": [
      {
        "name": "activeFromSec",
        "type": "uint256",
        "internalType": "uint256"
      },
      {
        "name": "earliestSec",
        "type": "uint256",
        "internalType": "uint256"
      }
    ]
  },
  {
    "type": "error",
    "name": "UnknownVersion",
    "inputs": [
      {
        "name": "version",
        "type": "uint32",
        "internalType": "uint32"
      }
    ]
  }
] as const;
