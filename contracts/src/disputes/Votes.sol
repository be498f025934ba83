// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import { BatchSlot, NodeDuty } from "../executions/State.sol";
import { IBeacon } from "../interfaces/IBeacon.sol";
import { IDisputes } from "../interfaces/IDisputes.sol";
import { IExecutions, IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { IRegistry, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";
import { Bits } from "../libraries/Bits.sol";
import { Duty } from "../libraries/Duty.sol";
import { ParameterBounds } from "../libraries/ParameterBounds.sol";
import { Faults } from "./Faults.sol";
import { Places } from "./Places.sol";
import { Tally } from "./Tally.sol";

/// @dev The commit–reveal vote of all operators but the accused's and the reporter's (spec 07).
abstract contract DisputesVotes is IDisputes, EIP712 {
    using Tally for Tally.Votes;

    uint256 private constant REPORT_ENTRY_BYTES = 6;
    uint8 private constant DRAWS = 3;
    uint8 private constant VERIFIER = 2;
    /// @dev In place of a commitment that was opened.
    bytes32 private constant OPENED = bytes32(uint256(1));

    IRegistry internal immutable _registry;
    IExecutions internal immutable _executions;
    IBeacon internal immutable _beacon;

    uint64 private _disputeCount;
    mapping(uint64 disputeNo => Dispute) private _disputes;
    mapping(uint256 place => uint64 disputeNo) private _disputeAt;
    mapping(uint64 disputeNo => mapping(uint32 operatorNo => bytes32 commitment)) private _votes;
    mapping(uint64 disputeNo => uint256 count) private _commitments;
    mapping(uint64 disputeNo => Tally.Votes) private _tallies;
    mapping(uint64 batchNo => mapping(uint32 operatorNo => bool)) internal _contradicted;
    /// @dev Faults that were punished at their places.
    mapping(bytes32 key => bool) private _judged;
    /// @dev The generation of the last vote that it paid for not giving.
    mapping(uint32 operatorNo => uint32 generation) private _voteMissedIn;

    constructor(IRegistry registry, IExecutions executions, IBeacon beacon) {
        _registry = registry;
        _executions = executions;
        _beacon = beacon;
    }

    /// @inheritdoc IDisputes
    function open(uint64 batchNo, uint16 index, uint32 reporterNodeNo, bytes calldata report)
        external
        returns (uint64 disputeNo)
    {
        require(Bits.has(_executions.disputed(batchNo), index), NotDisputed(batchNo, index));
        require(
            _isReportOf(batchNo, reporterNodeNo, keccak256(report)),
            BadReport(batchNo, reporterNodeNo)
        );
        (uint16 leaf, uint16 fault) = _entry(report, index);
        (uint32 reporterNo,) = NodeDuty.dutyOf(_registry, reporterNodeNo);
        Dispute memory opened;
        (opened.batchNo, opened.index) = (batchNo, index);
        (opened.leaf, opened.fault, opened.reporterNo) = (leaf, fault, reporterNo);
        return _open(opened);
    }

    /// @inheritdoc IDisputes
    function openUnverified(uint64 batchNo, uint16 index) external returns (uint64 disputeNo) {
        require(
            _executions.batch(batchNo).draw == BatchSlot.VOTE
                && Bits.has(_executions.pending(batchNo), index),
            NotPending(batchNo, index)
        );
        Dispute memory opened;
        (opened.batchNo, opened.index) = (batchNo, index);
        // What nobody could judge is, if anything, data that the executor did not give.
        opened.fault = Faults.DATA_WITHHELD;
        return _open(opened);
    }

    /// @inheritdoc IDisputes
    function respond(uint64 disputeNo, bytes calldata data) external {
        Dispute storage found = _requireOpen(disputeNo);
        _requireWindow(disputeNo, found.openedAtSec, found.responseEndsSec);
        // Whoever is accused may defend itself, with a node that is switched off too.
        (uint32 operatorNo,) = NodeDuty.dutyOf(_registry, _registry.nodeOfActionKey(msg.sender));
        require(operatorNo == found.accusedNo, NotEligible(disputeNo, operatorNo));
        uint40 saved = found.responseEndsSec - uint40(block.timestamp);
        found.responseEndsSec -= saved;
        found.commitEndsSec -= saved;
        found.revealEndsSec -= saved;
        emit Responded(disputeNo, msg.sender, data);
    }

    /// @inheritdoc IDisputes
    function commitVote(uint64 disputeNo, bytes32 commitment) external {
        Dispute storage found = _requireOpen(disputeNo);
        _requireWindow(disputeNo, found.responseEndsSec, found.commitEndsSec);
        (uint32 operatorNo, uint8 roles) =
            NodeDuty.dutyNow(_registry, _registry.nodeOfActionKey(msg.sender));
        require(
            roles & VERIFIER != 0 && _isEligible(found, operatorNo)
                && uint256(commitment) > uint256(OPENED),
            NotEligible(disputeNo, operatorNo)
        );
        require(_votes[disputeNo][operatorNo] == 0, AlreadyCommitted(disputeNo, operatorNo));
        _votes[disputeNo][operatorNo] = commitment;
        if (++_commitments[disputeNo] == found.eligible) {
            uint40 saved = found.commitEndsSec - uint40(block.timestamp);
            found.commitEndsSec -= saved;
            found.revealEndsSec -= saved;
        }
        emit VoteCommitted(disputeNo, operatorNo, commitment);
    }

    /// @inheritdoc IDisputes
    function revealVote(
        uint64 disputeNo,
        uint32 nodeNo,
        uint16 fault,
        uint16 leaf,
        bytes32 reportHash,
        bytes32 salt,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata signature
    ) external {
        AuditPosition.check(auditSeq);
        uint40 openedAtSec = _requireRevealing(disputeNo);
        (uint32 operatorNo,, address dutyKey) = _registry.duty(nodeNo, openedAtSec);
        _openVote(disputeNo, operatorNo, fault, leaf, reportHash, salt);
        bytes32 signed = Duty.hashVote(disputeNo, fault, leaf, reportHash, auditSeq, auditHead);
        require(
            Duty.signed(_hashTypedDataV4(signed), signature, dutyKey),
            BadVoteSignature(disputeNo, nodeNo)
        );
        emit VoteRevealed(
            disputeNo,
            operatorNo,
            nodeNo,
            fault,
            leaf,
            reportHash,
            salt,
            auditSeq,
            auditHead,
            signature
        );
    }

    /// @inheritdoc IDisputes
    function resolve(uint64 disputeNo) external {
        Dispute memory found = _requireOpen(disputeNo);
        bool all = found.guilty + found.innocent == found.eligible;
        if (!all) {
            _requireWindow(disputeNo, found.revealEndsSec, type(uint40).max);
        }
        DisputeStatus status = _outcome(found);
        found.status = status;
        if (status == DisputeStatus.Upheld) {
            (found.foundFault, found.foundLeaf) = _tallies[disputeNo].found();
        }
        _disputes[disputeNo] = found;
        bool rejected = status == DisputeStatus.Rejected;
        _executions.settle(
            found.batchNo, found.index, !rejected, status != DisputeStatus.Unverified
        );
        uint256 slashedWei;
        if (status == DisputeStatus.Upheld) {
            slashedWei = _punishOnce(
                found.accusedNo,
                found.reporterNo,
                found.foundFault,
                found.batchNo,
                Places.ofRecord(found.batchNo, found.index)
            );
            _contradictAll(found.batchNo, found.index);
        } else if (rejected && found.reporterNo != 0) {
            slashedWei = _contradict(found.batchNo, found.reporterNo, 0);
        }
        if (!all) _punishSilent(disputeNo, found);
        emit DisputeResolved(
            disputeNo,
            status,
            found.foundFault,
            found.foundLeaf,
            found.guilty,
            found.innocent,
            slashedWei
        );
    }

    /// @inheritdoc IDisputes
    function settleUnopened(uint64 batchNo, uint16 index) external {
        require(_disputeAt[_place(batchNo, index)] == 0, AlreadyOpen(batchNo, index));
        uint256 untilSec = _openingUntilSec(batchNo);
        require(block.timestamp > untilSec, OpeningLive(batchNo, untilSec));
        _executions.settle(batchNo, index, true, false);
    }

    /// @inheritdoc IDisputes
    function dispute(uint64 disputeNo) external view returns (Dispute memory) {
        return _disputes[disputeNo];
    }

    /// @inheritdoc IDisputes
    function disputeOf(uint64 batchNo, uint16 index) external view returns (uint64 disputeNo) {
        return _disputeAt[_place(batchNo, index)];
    }

    /// @inheritdoc IDisputes
    function disputeCount() external view returns (uint64) {
        return _disputeCount;
    }

    function _punish(uint32 operatorNo, uint32 reporterNo, uint16 fault, uint64 batchNo)
        internal
        returns (uint256 slashedWei)
    {
        slashedWei = _registry.slash(operatorNo, reporterNo, fault, Faults.slashBps(fault));
        emit FaultJudged(fault, operatorNo, batchNo, slashedWei);
    }

    /// @dev A fault is punished once at a place, however often and by whatever way it is proven.
    function _punishOnce(
        uint32 operatorNo,
        uint32 reporterNo,
        uint16 fault,
        uint64 batchNo,
        bytes32 place
    ) internal returns (uint256 slashedWei) {
        if (_isJudged(fault, place)) return 0;
        _judged[keccak256(abi.encode(fault, place))] = true;
        return _punish(operatorNo, reporterNo, fault, batchNo);
    }

    function _isJudged(uint16 fault, bytes32 place) internal view returns (bool) {
        return _judged[keccak256(abi.encode(fault, place))];
    }

    function _open(Dispute memory opened) private returns (uint64 disputeNo) {
        (uint64 batchNo, uint16 index) = (opened.batchNo, opened.index);
        require(_disputeAt[_place(batchNo, index)] == 0, AlreadyOpen(batchNo, index));
        uint256 untilSec = _openingUntilSec(batchNo);
        require(block.timestamp <= untilSec, OpeningOver(batchNo, untilSec));
        (opened.accusedNo,) = NodeDuty.dutyOf(_registry, _executions.batch(batchNo).nodeNo);
        opened.generation = _registry.generation();
        opened.eligible = _eligible(opened);
        opened.status = DisputeStatus.Open;
        IRegistryTypes.Parameters memory rules = _registry.parameters();
        opened.openedAtSec = uint40(block.timestamp);
        opened.responseEndsSec = opened.openedAtSec + rules.responseSec;
        opened.commitEndsSec = opened.responseEndsSec + rules.voteCommitSec;
        opened.revealEndsSec = opened.commitEndsSec + rules.voteRevealSec;
        disputeNo = ++_disputeCount;
        _disputes[disputeNo] = opened;
        _disputeAt[_place(batchNo, index)] = disputeNo;
        emit DisputeOpened(disputeNo, batchNo, index, opened);
    }

    /// @dev Evidence decided what a vote is about: the vote is over, and nobody owes one any more.
    function _closeVote(uint64 batchNo, uint16 index, uint16 fault, uint16 leaf) internal {
        uint64 disputeNo = _disputeAt[_place(batchNo, index)];
        Dispute storage found = _disputes[disputeNo];
        if (found.status != DisputeStatus.Open) return;
        found.status = DisputeStatus.Upheld;
        (found.foundFault, found.foundLeaf) = (fault, leaf);
        emit DisputeResolved(
            disputeNo, DisputeStatus.Upheld, fault, leaf, found.guilty, found.innocent, 0
        );
    }

    /// @dev Opens a vote's commitment and counts it.
    function _openVote(
        uint64 disputeNo,
        uint32 operatorNo,
        uint16 fault,
        uint16 leaf,
        bytes32 reportHash,
        bytes32 salt
    ) private {
        require(Tally.isVote(fault, leaf), BadVote(disputeNo, fault, leaf));
        bytes32 committed = _votes[disputeNo][operatorNo];
        require(committed != 0, NoCommitment(disputeNo, operatorNo));
        require(committed != OPENED, AlreadyRevealed(disputeNo, operatorNo));
        bytes32 commitment =
            keccak256(abi.encode(disputeNo, operatorNo, fault, leaf, reportHash, salt));
        require(commitment == committed, CommitmentMismatch(disputeNo, operatorNo));
        _votes[disputeNo][operatorNo] = OPENED;
        if (fault == 0) {
            ++_disputes[disputeNo].innocent;
        } else {
            ++_disputes[disputeNo].guilty;
            _tallies[disputeNo].count(fault, leaf);
        }
    }

    /// @dev Two thirds of all voters, not of those who spoke.
    function _outcome(Dispute memory found) private pure returns (DisputeStatus) {
        uint256 voters = found.eligible;
        if (voters == 0) return DisputeStatus.Unverified;
        if (uint256(found.guilty) * 3 >= 2 * voters) return DisputeStatus.Upheld;
        if (uint256(found.innocent) * 3 >= 2 * voters) return DisputeStatus.Rejected;
        return DisputeStatus.Unverified;
    }

    function _contradictAll(uint64 batchNo, uint16 index) internal {
        uint32[] memory wrong = _executions.rightSeats(batchNo, index);
        for (uint256 i; i < wrong.length; ++i) {
            _contradict(batchNo, wrong[i], 0);
        }
    }

    /// @dev Once per batch and operator: one mistake over many executions is one mistake.
    function _contradict(uint64 batchNo, uint32 operatorNo, uint32 toldByNo)
        internal
        returns (uint256)
    {
        if (_contradicted[batchNo][operatorNo]) return 0;
        _contradicted[batchNo][operatorNo] = true;
        return _punish(operatorNo, toldByNo, Faults.VERDICT_CONTRADICTED, batchNo);
    }

    function _punishSilent(uint64 disputeNo, Dispute memory found) private {
        uint32[] memory verifiers = _registry.verifiersOf(found.generation);
        for (uint256 i; i < verifiers.length; ++i) {
            uint32 operatorNo = verifiers[i];
            if (operatorNo == found.accusedNo || operatorNo == found.reporterNo) continue;
            if (_votes[disputeNo][operatorNo] == OPENED) continue;
            // One outage is one silence, however many disputes are open.
            if (_voteMissedIn[operatorNo] == found.generation || _beacon.isAway(operatorNo)) {
                continue;
            }
            _voteMissedIn[operatorNo] = found.generation;
            _punish(operatorNo, 0, Faults.MISSING_VOTE, disputeNo);
        }
    }

    function _requireOpen(uint64 disputeNo) private view returns (Dispute storage found) {
        found = _disputes[disputeNo];
        require(found.status == DisputeStatus.Open, NotOpen(disputeNo));
    }

    function _requireRevealing(uint64 disputeNo) private view returns (uint40 openedAtSec) {
        Dispute storage found = _requireOpen(disputeNo);
        _requireWindow(disputeNo, found.commitEndsSec, found.revealEndsSec);
        return found.openedAtSec;
    }

    /// @dev Until when disputes of this batch may be opened.
    function _openingUntilSec(uint64 batchNo) private view returns (uint256) {
        uint256 windowSec = _registry.parameters().verdictWindowSec;
        return _executions.batch(batchNo).judgedAtSec + ParameterBounds.OPEN_WINDOWS * windowSec;
    }

    function _requireWindow(uint64 disputeNo, uint40 fromSec, uint40 untilSec) private view {
        require(
            block.timestamp >= fromSec && block.timestamp < untilSec,
            WrongWindow(disputeNo, fromSec, untilSec)
        );
    }

    /// @dev The node's operator and roles, of an action key; a suspended operator may still defend itself.
    function _sender() internal view returns (uint32 operatorNo, uint8 roles) {
        uint32 nodeNo = _registry.nodeOfActionKey(msg.sender);
        if (nodeNo != 0) (operatorNo, roles) = NodeDuty.dutyOf(_registry, nodeNo);
    }

    function _isEligible(Dispute storage found, uint32 operatorNo) private view returns (bool) {
        return operatorNo != found.accusedNo && operatorNo != found.reporterNo
            && _registry.verifierPosition(found.generation, operatorNo) != 0;
    }

    function _eligible(Dispute memory opened) private view returns (uint16) {
        uint32 generation = opened.generation;
        uint256 voters = _registry.generationInfo(generation).verifiers;
        if (_registry.verifierPosition(generation, opened.accusedNo) != 0) --voters;
        if (_registry.verifierPosition(generation, opened.reporterNo) != 0) --voters;
        return uint16(voters);
    }

    function _isReportOf(uint64 batchNo, uint32 nodeNo, bytes32 reportHash)
        private
        view
        returns (bool)
    {
        for (uint8 draw; draw < DRAWS; ++draw) {
            if (_executions.faultReport(batchNo, draw, nodeNo) == reportHash) return true;
        }
        return false;
    }

    /// @dev What the report says of one position; Executions has checked its form.
    function _entry(bytes calldata report, uint16 index)
        private
        pure
        returns (uint16 leaf, uint16 fault)
    {
        for (uint256 offset; offset < report.length; offset += REPORT_ENTRY_BYTES) {
            if (uint16(bytes2(report[offset:offset + 2])) != index) continue;
            leaf = uint16(bytes2(report[offset + 2:offset + 4]));
            fault = uint16(bytes2(report[offset + 4:offset + 6]));
            return (leaf, fault);
        }
        revert NotInReport(index);
    }

    function _place(uint64 batchNo, uint16 index) private pure returns (uint256) {
        return (uint256(batchNo) << 16) | index;
    }
}
