// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Governance } from "../src/Governance.sol";
import { Timelock } from "../src/Timelock.sol";
import {
    IGovernanceErrors,
    IGovernanceEvents,
    IGovernanceTypes
} from "../src/interfaces/IGovernance.sol";
import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice A registry under a timelock: five council members of whom three decide, three guardians of whom two do.
abstract contract GovernanceFixture is
    RegistryFixture,
    IGovernanceTypes,
    IGovernanceErrors,
    IGovernanceEvents
{
    uint32 internal constant MEMBERS = 5;
    uint8 internal constant THRESHOLD = 3;
    uint32 internal constant GUARDIANS = 3;
    uint8 internal constant GUARDIAN_THRESHOLD = 2;
    uint32 internal constant DELAY = 2 days;
    uint32 internal constant PARAMETER_DELAY = 3 days;
    uint32 internal constant VOTING = 4 days;
    uint32 internal constant GRACE = 7 days;

    Governance internal governance;
    Timelock internal timelock;

    /// @notice Seven operators are seated before the deployer hands over.
    function setUpGovernance() internal {
        setUpRegistry();
        seat(7);
        uint256 nonce = vm.getNonce(address(this));
        address governance_ = createdAt(nonce + 1);
        timelock = new Timelock(DELAY, governance_);
        governance = new Governance(setup());
        assertEq(address(governance), governance_, "addresses as foreseen");
        vm.startPrank(council);
        registry.setGuardian(governance_);
        registry.setCouncil(address(timelock));
        vm.stopPrank();
    }

    function setup() internal view returns (Setup memory made) {
        made.timelock = address(timelock);
        made.registry = address(registry);
        made.council = group("member", MEMBERS);
        made.councilThreshold = THRESHOLD;
        made.guardians = group("guardian", GUARDIANS);
        made.guardianThreshold = GUARDIAN_THRESHOLD;
        (made.votingSec, made.graceSec) = (VOTING, GRACE);
        made.rules = new DelayRule[](1);
        made.rules[0] =
            DelayRule(address(registry), registry.setParameters.selector, PARAMETER_DELAY);
    }

    function group(string memory kind, uint32 count) internal pure returns (address[] memory all) {
        all = new address[](count);
        for (uint32 i; i < count; ++i) {
            all[i] = person(kind, i + 1);
        }
    }

    /// @dev Nobody here signs, so no key is derived.
    function person(string memory kind, uint32 number) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(kind, number)))));
    }

    function member(uint32 number) internal pure returns (address) {
        return person("member", number);
    }

    function guard(uint32 number) internal pure returns (address) {
        return person("guardian", number);
    }

    function none() internal pure returns (address[] memory) {
        return new address[](0);
    }

    function only(address one) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function call(address target, bytes memory data) internal pure returns (Call[] memory calls) {
        calls = new Call[](1);
        calls[0] = Call(target, 0, data);
    }

    /// @notice Raises a minimum tier: something that only the registry's council may do.
    function tierCall(uint8 tier) internal view returns (Call[] memory) {
        return call(address(registry), abi.encodeCall(registry.setMinimumKeyTier, (1, tier)));
    }

    function proposed(Call[] memory calls) internal returns (uint64) {
        vm.prank(member(1));
        return governance.propose(calls, 0, "because");
    }

    function approved(Call[] memory calls) internal returns (uint64 proposalNo) {
        proposalNo = proposed(calls);
        approveAs(2, proposalNo);
        approveAs(3, proposalNo);
    }

    function queued(Call[] memory calls) internal returns (uint64 proposalNo) {
        proposalNo = approved(calls);
        governance.queue(proposalNo, calls);
    }

    /// @notice From proposal to execution, as soon as may be.
    function enact(Call[] memory calls) internal returns (uint64 proposalNo) {
        proposalNo = queued(calls);
        vm.warp(timelock.getTimestamp(governance.proposal(proposalNo).operationId));
        execute(proposalNo, calls);
    }

    function approveAs(uint32 number, uint64 proposalNo) internal {
        vm.prank(member(number));
        governance.approve(proposalNo, "I agree");
    }

    function objectAs(uint32 number, uint64 proposalNo) internal {
        vm.prank(member(number));
        governance.object(proposalNo, "I do not");
    }

    function execute(uint64 proposalNo, Call[] memory calls) internal {
        address[] memory targets = new address[](calls.length);
        uint256[] memory values = new uint256[](calls.length);
        bytes[] memory payloads = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (targets[i], values[i], payloads[i]) =
            (calls[i].target, calls[i].valueWei, calls[i].data);
        }
        bytes32 salt = governance.saltOf(proposalNo);
        timelock.executeBatch(targets, values, payloads, 0, salt);
    }

    function requireState(uint64 proposalNo, ProposalState expected, string memory what)
        internal
        view
    {
        assertEq(uint256(governance.stateOf(proposalNo)), uint256(expected), what);
    }

    /// @dev Nonces of a contract start at 1 and stay small here.
    function createdAt(uint256 nonce) internal view returns (address) {
        bytes memory rlp = abi.encodePacked(hex"d694", address(this), uint8(nonce));
        return address(uint160(uint256(keccak256(rlp))));
    }
}
