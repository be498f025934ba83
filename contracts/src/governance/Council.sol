// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Timelock } from "../Timelock.sol";
import { IGovernance } from "../interfaces/IGovernance.sol";
import { Group } from "./Group.sol";

/// @title The council: proposals, votes, and their way into the timelock.
abstract contract Council is IGovernance {
    using Group for Group.Book;

    uint256 internal constant MAX_CALLS = 32;
    uint256 internal constant MAX_REASON_BYTES = 1024;
    uint256 internal constant LONGEST_SEC = 30 days;
    uint256 internal constant SHORTEST_SEC = 10;

    Timelock internal immutable _timelock;

    Group.Book private _council;
    uint32 private _votingSec;
    uint32 private _graceSec;
    uint64 private _proposalCount;
    mapping(uint64 proposalNo => Proposal) private _proposals;
    mapping(address target => mapping(bytes4 selector => uint32)) private _delayOf;

    modifier onlyTimelock() {
        require(msg.sender == address(_timelock), NotTimelock(msg.sender));
        _;
    }

    constructor(Setup memory setup) {
        _timelock = Timelock(payable(setup.timelock));
        _changeCouncil(new address[](0), setup.council, setup.councilThreshold);
        _setPeriods(setup.votingSec, setup.graceSec);
        for (uint256 i; i < setup.rules.length; ++i) {
            DelayRule memory rule = setup.rules[i];
            _setDelay(rule.target, rule.selector, rule.delaySec);
        }
    }

    /// @inheritdoc IGovernance
    function propose(Call[] calldata calls, uint32 delaySec, string calldata reason)
        external
        returns (uint64 proposalNo)
    {
        uint256 bit = _council.bitOf(msg.sender);
        require(calls.length != 0 && calls.length <= MAX_CALLS, BadCalls(calls.length));
        require(delaySec <= LONGEST_SEC, OutOfRange("delaySec", delaySec));
        _requireReason(reason);
        proposalNo = ++_proposalCount;
        Proposal storage opened = _proposals[proposalNo];
        opened.callsHash = keccak256(abi.encode(calls));
        opened.approvals = bit;
        opened.delaySec = delaySec;
        opened.threshold = _council.threshold;
        opened.expiresAtSec = uint40(block.timestamp + _votingSec);
        emit Proposed(
            proposalNo, msg.sender, calls, delaySec, opened.threshold, opened.expiresAtSec, reason
        );
    }

    /// @inheritdoc IGovernance
    function approve(uint64 proposalNo, string calldata reason) external {
        uint256 bit = _council.bitOf(msg.sender);
        _requireReason(reason);
        ProposalState state = _stateOf(proposalNo);
        require(
            state == ProposalState.Open || state == ProposalState.Approved,
            WrongState(proposalNo, state)
        );
        Proposal storage voted = _proposals[proposalNo];
        require(
            (voted.approvals | voted.objections) & bit == 0, AlreadyVoted(proposalNo, msg.sender)
        );
        voted.approvals |= bit;
        emit Approved(proposalNo, msg.sender, reason);
    }

    /// @inheritdoc IGovernance
    function object(uint64 proposalNo, string calldata reason) external {
        uint256 bit = _council.bitOf(msg.sender);
        _requireReason(reason);
        ProposalState state = _stateOf(proposalNo);
        require(
            state == ProposalState.Open || state == ProposalState.Approved
                || state == ProposalState.Queued,
            WrongState(proposalNo, state)
        );
        Proposal storage voted = _proposals[proposalNo];
        require(voted.objections & bit == 0, AlreadyVoted(proposalNo, msg.sender));
        voted.objections |= bit;
        voted.approvals &= ~bit;
        emit Objected(proposalNo, msg.sender, reason);
    }

    /// @inheritdoc IGovernance
    function queue(uint64 proposalNo, Call[] calldata calls) external {
        ProposalState state = _stateOf(proposalNo);
        require(state == ProposalState.Approved, WrongState(proposalNo, state));
        Proposal storage passed = _proposals[proposalNo];
        require(keccak256(abi.encode(calls)) == passed.callsHash, OtherCalls(proposalNo));
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = _split(calls);
        bytes32 salt = saltOf(proposalNo);
        bytes32 id = _timelock.hashOperationBatch(targets, values, payloads, 0, salt);
        uint256 delaySec = _delayFor(passed.delaySec, calls);
        uint256 readyAtSec = block.timestamp + delaySec;
        passed.operationId = id;
        passed.staleAtSec = uint40(readyAtSec + _graceSec);
        emit Queued(proposalNo, id, uint40(readyAtSec));
        _timelock.scheduleBatch(targets, values, payloads, 0, salt, delaySec);
    }

    /// @inheritdoc IGovernance
    function cancel(uint64 proposalNo) external {
        ProposalState state = _stateOf(proposalNo);
        require(state == ProposalState.Queued, WrongState(proposalNo, state));
        Proposal storage doomed = _proposals[proposalNo];
        bool stale = block.timestamp >= doomed.staleAtSec;
        require(stale || _isBlocked(doomed), StillSupported(proposalNo));
        emit ProposalCancelled(proposalNo, stale);
        _timelock.cancel(doomed.operationId);
    }

    /// @inheritdoc IGovernance
    function changeCouncil(address[] calldata removed, address[] calldata added, uint8 threshold)
        external
        onlyTimelock
    {
        _changeCouncil(removed, added, threshold);
    }

    /// @inheritdoc IGovernance
    function setPeriods(uint32 votingSec, uint32 graceSec) external onlyTimelock {
        _setPeriods(votingSec, graceSec);
    }

    /// @inheritdoc IGovernance
    function setDelay(address target, bytes4 selector, uint32 delaySec) external onlyTimelock {
        _setDelay(target, selector, delaySec);
    }

    /// @inheritdoc IGovernance
    function timelock() external view returns (address) {
        return address(_timelock);
    }

    /// @inheritdoc IGovernance
    function council() external view returns (address[] memory, uint8) {
        return (_council.members(), _council.threshold);
    }

    /// @inheritdoc IGovernance
    function periods() external view returns (uint32, uint32) {
        return (_votingSec, _graceSec);
    }

    /// @inheritdoc IGovernance
    function delayOf(address target, bytes4 selector) external view returns (uint32) {
        return _delayOf[target][selector];
    }

    /// @inheritdoc IGovernance
    function proposalCount() external view returns (uint64) {
        return _proposalCount;
    }

    /// @inheritdoc IGovernance
    function proposal(uint64 proposalNo) external view returns (Proposal memory) {
        return _proposals[proposalNo];
    }

    /// @inheritdoc IGovernance
    function stateOf(uint64 proposalNo) external view returns (ProposalState) {
        return _stateOf(proposalNo);
    }

    /// @inheritdoc IGovernance
    function tally(uint64 proposalNo) external view returns (uint256, uint256, uint256) {
        Proposal storage voted = _proposals[proposalNo];
        return (_council.count(voted.approvals), _council.count(voted.objections), _needed(voted));
    }

    /// @inheritdoc IGovernance
    function hasApproved(uint64 proposalNo, address member) external view returns (bool) {
        return _proposals[proposalNo].approvals & _council.bitOf(member) != 0;
    }

    /// @inheritdoc IGovernance
    function hasObjected(uint64 proposalNo, address member) external view returns (bool) {
        return _proposals[proposalNo].objections & _council.bitOf(member) != 0;
    }

    /// @inheritdoc IGovernance
    function saltOf(uint64 proposalNo) public view returns (bytes32) {
        return keccak256(abi.encode(address(this), proposalNo));
    }

    function _stateOf(uint64 proposalNo) private view returns (ProposalState) {
        Proposal storage found = _proposals[proposalNo];
        if (found.callsHash == 0) return ProposalState.None;
        bytes32 id = found.operationId;
        if (id != 0) {
            if (_timelock.isOperationDone(id)) return ProposalState.Executed;
            return _timelock.isOperation(id) ? ProposalState.Queued : ProposalState.Cancelled;
        }
        if (block.timestamp >= found.expiresAtSec) return ProposalState.Expired;
        if (_isBlocked(found)) return ProposalState.Rejected;
        return _council.count(found.approvals) >= _needed(found)
            ? ProposalState.Approved
            : ProposalState.Open;
    }

    /// @dev Not even the votes of all that did not object would do.
    function _isBlocked(Proposal storage voted) private view returns (bool) {
        return _council.size() - _council.count(voted.objections) < _needed(voted);
    }

    /// @dev A threshold that was raised meanwhile counts, one that was lowered does not.
    function _needed(Proposal storage voted) private view returns (uint256) {
        uint8 then = voted.threshold;
        uint8 current = _council.threshold;
        return then > current ? then : current;
    }

    function _delayFor(uint256 askedSec, Call[] calldata calls)
        private
        view
        returns (uint256 delaySec)
    {
        delaySec = _timelock.getMinDelay();
        if (askedSec > delaySec) delaySec = askedSec;
        for (uint256 i; i < calls.length; ++i) {
            uint256 ownSec = _ruleFor(calls[i]);
            if (ownSec > delaySec) delaySec = ownSec;
        }
    }

    /// @dev Changing a delay waits as long as what it changes.
    function _ruleFor(Call calldata call) private view returns (uint256 delaySec) {
        if (call.data.length < 4) return 0;
        bytes4 selector = bytes4(call.data);
        delaySec = _delayOf[call.target][selector];
        if (call.target != address(this) || selector != this.setDelay.selector) return delaySec;
        (address target, bytes4 changed,) = abi.decode(call.data[4:], (address, bytes4, uint32));
        uint256 oldSec = _delayOf[target][changed];
        if (oldSec > delaySec) delaySec = oldSec;
    }

    function _split(Call[] calldata calls)
        private
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory payloads)
    {
        targets = new address[](calls.length);
        values = new uint256[](calls.length);
        payloads = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (targets[i], values[i]) = (calls[i].target, calls[i].valueWei);
            payloads[i] = calls[i].data;
        }
    }

    function _changeCouncil(address[] memory removed, address[] memory added, uint8 threshold)
        private
    {
        _council.change(removed, added, threshold);
        emit CouncilChanged(removed, added, threshold);
    }

    function _setPeriods(uint32 votingSec, uint32 graceSec) private {
        _requireWithin("votingSec", votingSec, SHORTEST_SEC);
        _requireWithin("graceSec", graceSec, SHORTEST_SEC);
        (_votingSec, _graceSec) = (votingSec, graceSec);
        emit PeriodsChanged(votingSec, graceSec);
    }

    function _setDelay(address target, bytes4 selector, uint32 delaySec) private {
        _requireWithin("delaySec", delaySec, 0);
        _delayOf[target][selector] = delaySec;
        emit DelayChanged(target, selector, delaySec);
    }

    function _requireWithin(bytes32 what, uint256 value, uint256 low) private pure {
        require(value >= low && value <= LONGEST_SEC, OutOfRange(what, value));
    }

    function _requireReason(string calldata reason) internal pure {
        uint256 length = bytes(reason).length;
        require(length != 0 && length <= MAX_REASON_BYTES, BadReason(length));
    }
}
