// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { GatewayFixture } from "./GatewayFixture.sol";
import { Bomb, Counter, Glutton, Reentrant, Stubborn, Verbose } from "./GatewayTargets.sol";

contract GatewayTest is GatewayFixture {
    Counter private counter;

    function setUp() public {
        setUpGateway();
        counter = new Counter();
    }

    // -- what is done ----------------------------------------------------------------------------

    function test_AnActionGoesThroughTheOwnersVault() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        address vault = gateway.vaultOf(alice);
        vm.expectEmit(address(gateway));
        emit VaultCreated(alice, vault);
        vm.expectEmit(address(gateway));
        emit Acted(
            given.item.executionId,
            given.step,
            vault,
            NODE,
            address(counter),
            0,
            keccak256(given.callData),
            abi.encode(uint256(3))
        );
        assertEq(act(given), 1, "done");
        assertEq(counter.total(), 3, "took effect");
        assertEq(counter.caller(), vault, "the vault is the sender");
        assertTrue(gateway.isVault(vault), "is a vault");
        assertTrue(gateway.isDone(given.item.executionId, given.step), "done");
    }

    function test_AnActionSendsTheVaultsMoney() public {
        vm.deal(gateway.vaultOf(alice), 5 ether);
        Action memory given = permitted(address(0xF00D), 2 ether, "");
        assertEq(act(given), 1, "done");
        assertEq(address(0xF00D).balance, 2 ether, "sent");
        assertEq(gateway.vaultOf(alice).balance, 3 ether, "left");
    }

    function test_ARevertedStepMayBeTriedAgain() public {
        Stubborn target = new Stubborn();
        Action memory given = permitted(address(target), 0, abi.encodeCall(Stubborn.poke, ()));
        vm.expectEmit(address(gateway));
        emit ActionReverted(
            given.item.executionId,
            given.step,
            NODE,
            abi.encodeWithSelector(Stubborn.NotYetReady.selector, 7)
        );
        assertEq(act(given), 0, "not done");
        assertFalse(gateway.isDone(given.item.executionId, given.step), "free");
        target.relent();
        assertEq(act(given), 1, "done");
        assertSkipped(given, Skip.AlreadyDone);
    }

    function test_ACallWithoutCodeAtTheTargetReverts() public {
        Action memory given = permitted(address(0xF00D), 0, hex"12345678");
        assertEq(act(given), 0, "no silent success");
    }

    // -- what is skipped -------------------------------------------------------------------------

    function test_Revert_WhenTheSenderIsNoNode() public {
        Action[] memory none = new Action[](0);
        vm.expectRevert(abi.encodeWithSelector(NotANode.selector, address(this)));
        gateway.act(none);
        vm.prank(council);
        registry.suspend(NODE, type(uint40).max, 0);
        vm.prank(action(NODE));
        vm.expectRevert(abi.encodeWithSelector(NotANode.selector, action(NODE)));
        gateway.act(none);
    }

    function test_Revert_WhenThereAreTooManyActions() public {
        Action[] memory many = new Action[](257);
        vm.prank(action(NODE));
        vm.expectRevert(abi.encodeWithSelector(TooManyActions.selector, 257, 256));
        gateway.act(many);
    }

    function test_WithoutTheLeaseAnActionIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        leases.set(given.batchNo, NODE + 1, true);
        assertSkipped(given, Skip.LeaseNotHeld);
        leases.set(given.batchNo, NODE, false);
        assertSkipped(given, Skip.LeaseNotHeld);
        leases.set(given.batchNo, NODE, true);
        given.item.executionId = "another";
        assertSkipped(given, Skip.LeaseNotHeld);
    }

    function test_AfterARevocationAnActionIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        bytes32 intentHash = intents.intentHashOf(given.item.intentNo);
        vm.prank(alice);
        intents.revoke(intentHash);
        assertSkipped(given, Skip.IntentNotLive);
    }

    function test_AfterItsTimeAnActionIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        vm.warp(block.timestamp + 30 days);
        assertSkipped(given, Skip.IntentNotLive);
    }

    function test_OutsideThePermissionAnActionIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        given.callData = abi.encodeCall(Counter.add, (4));
        assertSkipped(given, Skip.NotPermitted);
        given.callData = abi.encodeCall(Counter.add, (3));
        given.target = address(new Counter());
        assertSkipped(given, Skip.NotPermitted);
        given.target = address(counter);
        given.valueWei = 1;
        assertSkipped(given, Skip.NotPermitted);
        given.valueWei = 0;
        given.step += 1;
        assertSkipped(given, Skip.NotPermitted);
        given.step -= 1;
        given.planHash = "another plan";
        assertSkipped(given, Skip.NotPermitted);
    }

    function test_WithAWrongPathAnActionIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        given.permissionIndex += 1;
        assertSkipped(given, Skip.NotPermitted);
        given.permissionIndex = given.permissionCount;
        assertSkipped(given, Skip.NotPermitted);
        given.permissionCount = 0;
        assertSkipped(given, Skip.NotPermitted);
        given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        given.permissionPath = new bytes32[](0);
        assertSkipped(given, Skip.NotPermitted);
    }

    function test_DeedsOwnContractsAreNoTargets() public {
        assertFalse(gateway.isForbidden(address(counter)), "any other is");
        address other = gateway.createVault(address(0xB0B));
        address[8] memory targets = [
            address(gateway),
            address(registry),
            address(intents),
            address(leases),
            address(vaultImplementation),
            FORBIDDEN,
            other,
            gateway.createVault(alice)
        ];
        for (uint256 i; i < targets.length; ++i) {
            assertSkipped(permitted(targets[i], 0, ""), Skip.ForbiddenTarget);
            assertTrue(gateway.isForbidden(targets[i]), "told");
        }
    }

    // -- hostile targets -------------------------------------------------------------------------

    function test_AReentrantTargetFindsItsStepTaken() public {
        Reentrant target = new Reentrant();
        // The worst case: the target is itself a node's action key.
        Action memory given = permitted(address(target), 0, abi.encodeCall(Reentrant.comeBack, ()));
        leases.set(given.batchNo, NODE, true);
        vm.mockCall(
            address(registry),
            abi.encodeCall(registry.actor, (address(target))),
            abi.encode(NODE, NODE, BOTH)
        );
        target.aim(gateway, given);
        assertEq(act(given), 1, "done once");
        assertEq(target.entries(), 1, "entered once");
        assertEq(target.doneInside(), 0, "nothing inside");
    }

    function test_AReturnBombIsCutOff() public {
        Bomb target = new Bomb();
        Action memory small = permitted(address(target), 0, abi.encodeCall(Bomb.back, (100_000)));
        vm.recordLogs();
        assertEq(act(small), 1, "done");
        assertLogShorterThan(2000);
        Action memory bad = permitted(address(target), 0, abi.encodeCall(Bomb.fail, (100_000)));
        vm.recordLogs();
        assertEq(act(bad), 0, "reverted");
        assertLogShorterThan(2000);
    }

    function test_WhatIsReturnedIsKeptUpTo1024Bytes() public {
        Verbose target = new Verbose();
        bytes memory long = new bytes(2000);
        for (uint256 i; i < long.length; ++i) {
            long[i] = bytes1(uint8(i));
        }
        target.say(long);
        Action memory given = permitted(address(target), 0, abi.encodeCall(Verbose.speak, ()));
        address vault = gateway.createVault(alice);
        vm.expectEmit(address(gateway));
        emit Acted(
            given.item.executionId,
            given.step,
            vault,
            NODE,
            address(target),
            0,
            keccak256(given.callData),
            cut(abi.encode(long), 1024)
        );
        assertEq(act(given), 1, "done");
    }

    function test_AGluttonCannotTakeMoreThanItsGas() public {
        Glutton target = new Glutton();
        Action memory given = permitted(address(target), 0, abi.encodeCall(Glutton.eat, ()));
        gateway.createVault(alice);
        uint256 before = gasleft();
        assertEq(act(given), 0, "reverted");
        assertEq(gateway.targetGas(), 1_600_000, "the same for all");
        assertWithin(before - gasleft(), 1_600_000, 1_900_000, "gas");
    }

    function test_ANodeThatHoldsGasBackIsSkipped() public {
        Action memory given = permitted(address(counter), 0, abi.encodeCall(Counter.add, (3)));
        Action[] memory list = new Action[](1);
        list[0] = given;
        vm.expectEmit(address(gateway));
        emit ActionSkipped(given.item.executionId, given.step, Skip.OutOfGas);
        vm.prank(action(NODE));
        assertEq(gateway.act{ gas: 1_700_000 }(list), 0, "skipped");
        vm.expectEmit(address(gateway));
        emit ActionSkipped(given.item.executionId, given.step, Skip.OutOfGas);
        vm.prank(action(NODE));
        assertEq(gateway.act{ gas: 100_000 }(list), 0, "skipped before it is judged");
        assertEq(counter.total(), 0, "untouched");
    }

    function testFuzz_TheTargetGetsItsGasHoweverMuchTheNodeGives(uint32 gas_, uint16 length)
        public
    {
        Glutton target = new Glutton();
        bytes memory padding = new bytes(length % 20_000);
        Action memory given =
            permitted(address(target), 0, abi.encodeCall(Glutton.measure, (padding)));
        Action[] memory list = new Action[](1);
        list[0] = given;
        vm.prank(action(NODE));
        uint256 done = gateway.act{ gas: bound(gas_, 300_000, 5_000_000) }(list);
        if (done == 0) {
            assertFalse(gateway.isDone(given.item.executionId, STEP), "skipped, not failed");
            assertEq(target.seen(), 0, "never reached with less");
            return;
        }
        // Less what its own dispatch has used by then.
        uint256 least = 1_600_000 - 10_000 - padding.length / 8;
        assertWithin(target.seen(), least, 1_600_000 + 120_000, "gas");
    }

    /// @notice Any mixture of good, skipped, reverting, greedy and returning actions: the good ones take
    /// effect, once each, and no others.
    function testFuzz_APoisonedActionHurtsNobodyElse(uint256 seed) public {
        address[5] memory poison = [
            address(new Stubborn()),
            address(new Glutton()),
            address(new Bomb()),
            address(registry),
            address(0xDEAD)
        ];
        bytes[5] memory bites = [
            abi.encodeCall(Stubborn.poke, ()),
            abi.encodeCall(Glutton.eat, ()),
            abi.encodeCall(Bomb.fail, (50_000)),
            bytes(""),
            bytes(hex"00")
        ];
        Action[] memory list = new Action[](12);
        uint256 good;
        uint256 expected;
        for (uint256 i; i < list.length; ++i) {
            uint256 dice = (seed >> (8 * i)) % 10;
            if (dice < 5) {
                list[i] = permitted(poison[dice], 0, bites[dice]);
            } else {
                list[i] = permitted(address(counter), 0, abi.encodeCall(Counter.add, (1)));
                if (dice == 9) {
                    list[i].batchNo = 0;
                } else {
                    good |= 1 << i;
                    ++expected;
                }
            }
        }
        vm.prank(action(NODE));
        assertEq(gateway.act(list), good, "done");
        assertEq(counter.total(), expected, "effects");
        vm.prank(action(NODE));
        assertEq(gateway.act(list), 0, "and never again");
        assertEq(counter.total(), expected, "effects");
    }

    function testFuzz_LittleGasNeverUndoesWhatIsDone(uint256 gasGiven) public {
        Action[] memory list = new Action[](20);
        for (uint256 i; i < list.length; ++i) {
            list[i] = permitted(address(counter), 0, abi.encodeCall(Counter.add, (1)));
        }
        uint256 given = bound(gasGiven, 300_000, 6_000_000);
        vm.prank(action(NODE));
        uint256 done = gateway.act{ gas: given }(list);
        uint256 bits;
        for (uint256 i; i < list.length; ++i) {
            bits += (done >> i) & 1;
        }
        assertEq(counter.total(), bits, "what is said to be done is done");
    }

    function assertLogShorterThan(uint256 limit) private {
        assertWithin(longestLog(), 1, limit, "log bytes");
    }
}
