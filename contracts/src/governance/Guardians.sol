// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IGovernance } from "../interfaces/IGovernance.sol";
import { IRegistry, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Council } from "./Council.sol";
import { Group } from "./Group.sol";

/// @title The guardians: what they restrict ends by itself, and cannot be renewed for ever.
abstract contract Guardians is Council {
    using Group for Group.Book;

    /// @dev One and two renewals; then a rest.
    uint256 internal constant ACTS_IN_A_ROW = 3;
    /// @dev How long guardians may take to agree.
    uint256 internal constant AGREE_SEC = 1 days;
    uint256 internal constant LONGEST_PAUSE_SEC = 3 days;
    uint256 internal constant LONGEST_SUSPENSION_SEC = 7 days;
    uint256 internal constant LONGEST_HOLD_SEC = 7 days;

    /// @dev Restrictions of one subject, one after the other.
    struct Run {
        uint8 acts;
        uint40 untilSec;
    }

    struct Suspension {
        uint32 operatorNo;
        uint40 untilSec;
    }

    IRegistry internal immutable _registry;

    Group.Book private _guardians;
    uint64 private _actCount;
    mapping(uint64 actNo => Act) private _acts;
    mapping(Restriction kind => mapping(uint64 subject => Run)) private _runs;
    /// @dev Those that the guardians suspended; ended ones are dropped at the next.
    Suspension[] private _suspensions;

    constructor(Setup memory setup) {
        _registry = IRegistry(setup.registry);
        _changeGuardians(new address[](0), setup.guardians, setup.guardianThreshold);
    }

    /// @inheritdoc IGovernance
    function restrict(Restriction kind, uint64 subject, uint32 durationSec, string calldata reason)
        external
        returns (uint64 actNo)
    {
        uint256 bit = _guardians.bitOf(msg.sender);
        _requireReason(reason);
        require(
            durationSec != 0 && durationSec <= _longestSec(kind),
            OutOfRange("durationSec", durationSec)
        );
        bool fits = kind == Restriction.PauseClaims
            ? subject == 0
            : kind != Restriction.SuspendOperator || subject <= type(uint32).max;
        require(fits, OutOfRange("subject", subject));
        actNo = ++_actCount;
        _acts[actNo] = Act({
            kind: kind,
            applied: false,
            expiresAtSec: uint40(block.timestamp + AGREE_SEC),
            durationSec: durationSec,
            subject: subject,
            approvals: bit
        });
        emit RestrictionProposed(actNo, msg.sender, kind, subject, durationSec, reason);
        _tryApply(actNo, reason);
    }

    /// @inheritdoc IGovernance
    function support(uint64 actNo, string calldata reason) external {
        uint256 bit = _guardians.bitOf(msg.sender);
        _requireReason(reason);
        Act storage supported = _acts[actNo];
        require(supported.durationSec != 0, UnknownAct(actNo));
        require(!supported.applied && block.timestamp < supported.expiresAtSec, ActOver(actNo));
        require(supported.approvals & bit == 0, AlreadyVoted(actNo, msg.sender));
        supported.approvals |= bit;
        emit RestrictionSupported(actNo, msg.sender, reason);
        _tryApply(actNo, reason);
    }

    /// @inheritdoc IGovernance
    function changeGuardians(address[] calldata removed, address[] calldata added, uint8 threshold)
        external
        onlyTimelock
    {
        _changeGuardians(removed, added, threshold);
    }

    /// @inheritdoc IGovernance
    function registry() external view returns (address) {
        return address(_registry);
    }

    /// @inheritdoc IGovernance
    function guardians() external view returns (address[] memory, uint8) {
        return (_guardians.members(), _guardians.threshold);
    }

    /// @inheritdoc IGovernance
    function actCount() external view returns (uint64) {
        return _actCount;
    }

    /// @inheritdoc IGovernance
    function act(uint64 actNo) external view returns (Act memory) {
        return _acts[actNo];
    }

    /// @inheritdoc IGovernance
    function runOf(Restriction kind, uint64 subject) external view returns (uint8, uint40) {
        Run memory run = _runs[kind][subject];
        return (run.acts, run.untilSec);
    }

    function _tryApply(uint64 actNo, string calldata reason) private {
        Act storage agreed = _acts[actNo];
        if (_guardians.count(agreed.approvals) < _guardians.threshold) return;
        (Restriction kind, uint64 subject) = (agreed.kind, agreed.subject);
        uint40 untilSec = uint40(block.timestamp + agreed.durationSec);
        agreed.applied = true;
        _extendRun(kind, subject, untilSec);
        if (kind == Restriction.SuspendOperator) _countSuspension(uint32(subject), untilSec);
        emit Restricted(actNo, untilSec);
        bytes32 reasonHash = keccak256(bytes(reason));
        if (kind == Restriction.PauseClaims) {
            _registry.pauseClaims(untilSec, reasonHash);
        } else if (kind == Restriction.SuspendOperator) {
            _registry.suspend(uint32(subject), untilSec, reasonHash);
        } else {
            _registry.holdSlash(subject, untilSec);
        }
    }

    /// @dev After so many in a row, as much time must pass as they could have taken.
    function _extendRun(Restriction kind, uint64 subject, uint40 untilSec) private {
        Run storage run = _runs[kind][subject];
        uint256 restedAtSec = run.untilSec + ACTS_IN_A_ROW * _longestSec(kind);
        if (block.timestamp >= restedAtSec) run.acts = 0;
        require(run.acts < ACTS_IN_A_ROW, TooManyRenewals(restedAtSec));
        ++run.acts;
        run.untilSec = untilSec;
    }

    /// @dev Guardians that could suspend a third of the verifiers could choose what committees are drawn.
    function _countSuspension(uint32 operatorNo, uint40 untilSec) private {
        uint256 live;
        for (uint256 i; i < _suspensions.length; ++i) {
            Suspension memory kept = _suspensions[i];
            if (kept.operatorNo == operatorNo || kept.untilSec <= block.timestamp) continue;
            _suspensions[live++] = kept;
        }
        uint256 limit = _suspensionLimit();
        require(live < limit, TooManySuspended(limit));
        while (_suspensions.length > live) {
            _suspensions.pop();
        }
        _suspensions.push(Suspension(operatorNo, untilSec));
    }

    function _suspensionLimit() private view returns (uint256) {
        IRegistryTypes.Generation memory info = _registry.generationInfo(_registry.generation());
        return info.verifiers < 7 ? 1 : (info.verifiers - 1) / 3;
    }

    function _longestSec(Restriction kind) private pure returns (uint256) {
        if (kind == Restriction.PauseClaims) return LONGEST_PAUSE_SEC;
        return kind == Restriction.SuspendOperator ? LONGEST_SUSPENSION_SEC : LONGEST_HOLD_SEC;
    }

    function _changeGuardians(address[] memory removed, address[] memory added, uint8 threshold)
        private
    {
        _guardians.change(removed, added, threshold);
        emit GuardiansChanged(removed, added, threshold);
    }
}
