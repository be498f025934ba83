// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryTypes } from "../interfaces/IRegistry.sol";

/// @dev How many active nodes of each role an operator has.
struct Capacity {
    uint16 executors;
    uint16 verifiers;
}

/// @dev Whose action key it is: what is asked at every claim and action, so one slot.
/// @param untilSec From when on it serves no more; 0 while nothing follows it.
struct Actor {
    uint32 nodeNo;
    uint32 operatorNo;
    uint8 roles;
    bool active;
    uint40 fromSec;
    uint40 untilSec;
}

/// @dev A node as it is kept. The first slot answers `duty` for an active node.
/// @param dutyKey The newest, which may be one that is to come; all of them stand in `dutyKeysOf`.
/// @param dutyFromSec From when on that one answers.
/// @param switchedOffAtSec When it was last switched off; 0 when never.
struct NodeEntry {
    uint32 operatorNo;
    uint8 roles;
    uint8 keyTier;
    bool active;
    address dutyKey;
    uint40 dutyFromSec;
    uint40 switchedOffAtSec;
    bytes32 caHash;
    string endpoint;
}

/// @dev What stands behind a node's declared tier. @param evidenceHash What the operator showed the council.
/// @param verifiedTier 0 when nothing is verified. @param expiresAtSec 0: never.
struct TierEntry {
    bytes32 evidenceHash;
    uint8 verifiedTier;
    uint40 verifiedAtSec;
    uint40 expiresAtSec;
    address verifiedBy;
}

/// @dev An unbonding time that held until a change of the parameters.
struct UnbondingTerm {
    uint40 untilSec;
    uint32 unbondingSec;
}

/// @dev What a key was taken for. One of the ledger's contracts is no key at all.
enum KeyUse {
    None,
    Taken,
    Ledger
}

/// @dev All that the registry remembers of operators and nodes; one struct, so that its libraries can work on it.
/// @param seatable Operators that may hold a seat or still hold one; ascending.
/// @param jailed Operators that were jailed; who is free again is dropped at the next.
/// @param pastTerms Unbonding times that were longer than what followed; ascending.
/// @param leftAtSec When the last seat of one that leaves ended.
/// @param dutyKeysOf Oldest first, for ever; so is `actionKeysOf`. Only the last may be one that is to come.
/// @param nodeOfDutyKey Whose signatures a key's are; 0 of a key that was revoked.
/// @param executorsOf Ascending, eight to a slot: a position is found by halving; so is `verifiersOf`.
struct Book {
    IRegistryTypes.Head head;
    IRegistryTypes.Parameters parameters;
    uint32 operatorCount;
    uint32 nodeCount;
    mapping(uint32 operatorNo => IRegistryTypes.Operator) operators;
    mapping(uint32 operatorNo => Capacity) capacityOf;
    uint32[] seatable;
    mapping(uint32 operatorNo => uint40) leftAtSec;
    mapping(uint32 nodeNo => NodeEntry) nodes;
    mapping(address actionKey => Actor) actors;
    mapping(address key => KeyUse) useOf;
    mapping(bytes32 caHash => bool) caSeen;
    mapping(uint32 operatorNo => IRegistryTypes.ColdChange) coldChangeOf;
    mapping(uint8 role => uint8 tier) minimumTierOf;
    uint32[] jailed;
    UnbondingTerm[] pastTerms;
    mapping(uint32 nodeNo => TierEntry) tierOf;
    mapping(uint32 nodeNo => IRegistryTypes.SealingKey[]) sealingKeysOf;
    mapping(bytes32 keyHash => bool) sealingSeen;
    bytes32 setHash;
    mapping(uint32 generation => IRegistryTypes.Generation) infoOf;
    mapping(uint32 generation => uint32[]) executorsOf;
    mapping(uint32 generation => uint32[]) verifiersOf;
    mapping(uint32 nodeNo => IRegistryTypes.KeyInterval[]) dutyKeysOf;
    mapping(uint32 nodeNo => IRegistryTypes.KeyInterval[]) actionKeysOf;
    mapping(address dutyKey => uint32 nodeNo) nodeOfDutyKey;
}

/// @title What more than one part of the registry asks of the book.
library Books {
    uint8 internal constant EXECUTOR = 1;
    uint8 internal constant VERIFIER = 2;
    uint8 internal constant HIGHEST_TIER = 4;
    /// @dev Software: whoever says so is believed. What is above counts only once it is verified.
    uint8 internal constant HIGHEST_DECLARED_TIER = 1;
    /// @dev Bounds the loop over operators when a generation opens.
    uint256 internal constant MAX_OPERATORS = 128;
    /// @dev A committee of three beside the executor's operator.
    uint256 internal constant MIN_VERIFIERS = 4;

    /// @notice A key is seen once: it serves one node or one operator, and one purpose, for ever.
    function take(Book storage book, address key) internal {
        requireUnused(book, key);
        book.useOf[key] = KeyUse.Taken;
    }

    /// @notice One that was to come and never held may be taken anew, also at another time.
    function release(Book storage book, address key) internal {
        book.useOf[key] = KeyUse.None;
    }

    function requireUnused(Book storage book, address key) internal view {
        KeyUse use = book.useOf[key];
        require(key != address(0) && use != KeyUse.Ledger, IRegistryErrors.KeyNotAllowed(key));
        require(use == KeyUse.None, IRegistryErrors.KeyInUse(key));
    }

    /// @notice A node's duty key of a time, the first one for times before it; zero when it was revoked since.
    function dutyKeyAt(Book storage book, uint32 nodeNo, uint256 atSec)
        internal
        view
        returns (address)
    {
        IRegistryTypes.KeyInterval memory found = _at(book.dutyKeysOf[nodeNo], atSec);
        return found.revoked ? address(0) : found.key;
    }

    /// @notice A node's action key of a time.
    function actionKeyAt(Book storage book, uint32 nodeNo, uint256 atSec)
        internal
        view
        returns (address)
    {
        return _at(book.actionKeysOf[nodeNo], atSec).key;
    }

    /// @notice Does this action key serve now?
    function isServing(Actor memory actor) internal view returns (bool) {
        return actor.fromSec <= block.timestamp
            && (actor.untilSec == 0 || block.timestamp < actor.untilSec);
    }

    function requireKnown(Book storage book, uint32 operatorNo) internal view {
        IRegistryTypes.OperatorStatus status = book.operators[operatorNo].status;
        require(
            status != IRegistryTypes.OperatorStatus.None,
            IRegistryErrors.UnknownOperator(operatorNo)
        );
    }

    function requireCold(Book storage book, uint32 operatorNo) internal view {
        require(
            msg.sender == book.operators[operatorNo].cold,
            IRegistryErrors.NotCold(operatorNo, msg.sender)
        );
    }

    /// @notice Of a node that is known: its operator, whose cold key must be the sender.
    function requireColdOf(Book storage book, uint32 nodeNo)
        internal
        view
        returns (uint32 operatorNo)
    {
        operatorNo = book.nodes[nodeNo].operatorNo;
        require(operatorNo != 0, IRegistryErrors.UnknownNode(nodeNo));
        requireCold(book, operatorNo);
    }

    /// @notice What counts of a node's key tier now.
    function countedTier(Book storage book, uint32 nodeNo) internal view returns (uint8) {
        TierEntry storage shown = book.tierOf[nodeNo];
        bool expired = shown.expiresAtSec != 0 && shown.expiresAtSec <= block.timestamp;
        if (shown.verifiedTier != 0 && !expired) return shown.verifiedTier;
        return unverified(book.nodes[nodeNo].keyTier);
    }

    /// @notice What counts of a tier that is only declared.
    function unverified(uint8 declared) internal pure returns (uint8) {
        return declared < HIGHEST_DECLARED_TIER ? declared : HIGHEST_DECLARED_TIER;
    }

    /// @notice The least that these roles ask for.
    function minimumTier(Book storage book, uint8 roles) internal view returns (uint8 minimum) {
        if (roles & EXECUTOR != 0) minimum = book.minimumTierOf[EXECUTOR];
        if (roles & VERIFIER != 0 && book.minimumTierOf[VERIFIER] > minimum) {
            minimum = book.minimumTierOf[VERIFIER];
        }
    }

    function requireTier(Book storage book, uint8 roles, uint8 tier) internal view {
        uint8 minimum = minimumTier(book, roles);
        require(tier >= minimum, IRegistryErrors.KeyTierTooLow(roles, tier, minimum));
    }

    /// @notice Its last seat ended now.
    function endSeat(Book storage book, uint32 operatorNo) internal returns (uint40 exitAtSec) {
        book.leftAtSec[operatorNo] = uint40(block.timestamp);
        exitAtSec = uint40(block.timestamp + book.parameters.unbondingSec);
        book.operators[operatorNo].exitAtSec = exitAtSec;
    }

    /// @notice Does the operator hold a seat in the current generation?
    function isSeated(Book storage book, uint32 operatorNo) internal view returns (bool) {
        uint32 number = book.head.generation;
        return position(book.executorsOf[number], operatorNo) != 0
            || position(book.verifiersOf[number], operatorNo) != 0;
    }

    /// @return positionPlusOne Zero when the list does not hold the operator.
    function position(uint32[] storage list, uint32 operatorNo)
        internal
        view
        returns (uint256 positionPlusOne)
    {
        return find(list, list.length, operatorNo);
    }

    /// @param count The list's length, which whoever knows it need not read.
    /// @return positionPlusOne As `position`.
    function find(uint32[] storage list, uint256 count, uint32 operatorNo)
        internal
        view
        returns (uint256 positionPlusOne)
    {
        uint256 low;
        uint256 high = count;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            uint256 found;
            assembly ("memory-safe") {
                mstore(0x00, list.slot)
                // Eight to a slot.
                let word := sload(add(keccak256(0x00, 0x20), shr(3, middle)))
                found := and(shr(shl(5, and(middle, 7)), word), 0xffffffff)
            }
            if (found == operatorNo) return middle + 1;
            if (found < operatorNo) low = middle + 1;
            else high = middle;
        }
    }

    /// @dev Newest first: that is the one which is nearly always meant.
    function _at(IRegistryTypes.KeyInterval[] storage list, uint256 atSec)
        private
        view
        returns (IRegistryTypes.KeyInterval memory found)
    {
        for (uint256 i = list.length; i > 0; --i) {
            found = list[i - 1];
            if (found.fromSec <= atSec) break;
        }
    }
}
