// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Registry } from "../src/Registry.sol";
import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../src/interfaces/IRegistry.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { Test } from "./Test.sol";

/// @notice As much of a beacon as the registry asks.
contract FixedBeacon {
    uint40 private _round = 1;
    mapping(uint40 round => bytes27) private _seedOf;

    function close(bytes27 seed) external {
        _seedOf[_round++] = seed;
    }

    function currentRound() external view returns (uint40, uint40, uint40, bool) {
        return (_round, 0, 0, false);
    }

    mapping(uint32 operatorNo => bool) public isAway;

    function setAway(uint32 operatorNo, bool away) external {
        isAway[operatorNo] = away;
    }

    function seedOf(uint40 round) external view returns (bytes27, uint40) {
        return (_seedOf[round], 0);
    }
}

/// @notice A registry with a council and operators whose keys the tests hold.
abstract contract RegistryFixture is Test, IRegistryTypes, IRegistryErrors, IRegistryEvents {
    uint256 internal constant BOND = 10 ether;
    uint8 internal constant BOTH = 3;

    address internal council = address(0xC0C0);
    address internal executions = address(0xE0E0);
    address internal disputes = address(0xD0D0);
    FixedBeacon internal beacon;
    Registry internal registry;

    function setUpRegistry() internal {
        vm.warp(1_800_000_000);
        beacon = new FixedBeacon();
        registry = new Registry(council, devnetParameters(), executions, address(beacon), disputes);
    }

    function devnetParameters() internal pure returns (Parameters memory) {
        return Parameters({
            deltaSec: 2,
            leaseMarginSec: 10,
            claimWindowSec: 600,
            beaconWindowSec: 20,
            verdictWindowSec: 20,
            responseSec: 10,
            voteCommitSec: 10,
            voteRevealSec: 10,
            slashDelaySec: 0,
            generationSec: 600,
            unbondingSec: 18_000,
            confirmations: 0,
            minBondWei: 1 ether
        });
    }

    /// @notice Operators 1 to `count`, bonded, each with one node of both roles.
    function seat(uint32 count) internal {
        for (uint32 i = 1; i <= count; ++i) {
            bonded(i);
            join(i, i, BOTH);
        }
        registry.openGeneration();
    }

    function bonded(uint32 number) internal {
        assertEq(admitted(number), number, "numbered in order");
        vm.deal(address(this), address(this).balance + BOND);
        registry.depositBond{ value: BOND }(number);
    }

    function admitted(uint32 number) internal returns (uint32) {
        vm.prank(council);
        return registry.admit(
            cold(number), payout(number), "vetted", "name", "region", "provider", "https://x"
        );
    }

    /// @notice Another payout address, where the slash delay is zero.
    function payTo(uint32 number, address payout_) internal {
        vm.startPrank(cold(number));
        registry.replaceCold(number, cold(number), payout_);
        registry.acceptCold(number);
        vm.stopPrank();
    }

    /// @notice Adds node `label` to an operator, with keys of its own.
    function join(uint32 operatorNo, uint32 label, uint8 roles) internal returns (uint32) {
        Node memory added = nodeOf(label, roles);
        bytes memory binding = bind(operatorNo, label, added.caHash, added.endpoint);
        vm.prank(cold(operatorNo));
        return registry.addNode(operatorNo, added, binding);
    }

    function nodeOf(uint32 label, uint8 roles) internal returns (Node memory added) {
        added.roles = roles;
        added.dutyKey = key("duty", label);
        added.actionKey = key("action", label);
        added.caHash = keccak256(abi.encode("ca", label));
        added.endpoint = "https://node.example:7443";
    }

    function bind(uint32 operatorNo, uint32 label, bytes32 caHash, string memory endpoint)
        internal
        returns (bytes memory)
    {
        (, uint256 privateKey) = account(named("duty", label));
        return signature(privateKey, this.bindingDigest(operatorNo, caHash, endpoint));
    }

    function bindingDigest(uint32 operatorNo, bytes32 caHash, string calldata endpoint)
        external
        view
        returns (bytes32)
    {
        return Owner.digest(
            registry.domainSeparator(), Duty.hashTlsCaBinding(operatorNo, caHash, endpoint)
        );
    }

    function cold(uint32 number) internal returns (address) {
        return key("cold", number);
    }

    function payout(uint32 number) internal returns (address) {
        return key("payout", number);
    }

    function action(uint32 label) internal returns (address) {
        return key("action", label);
    }

    function key(string memory kind, uint32 number) private returns (address who) {
        (who,) = account(named(kind, number));
    }

    function named(string memory kind, uint32 number) private pure returns (string memory) {
        return string.concat(kind, " ", vm.toString(uint256(number)));
    }
}
