// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Registry } from "../src/Registry.sol";
import { RegistryFixture } from "./RegistryFixture.sol";

contract Refuser {
    receive() external payable {
        revert("no");
    }
}

/// @notice Takes all the gas that it gets.
contract GasEater {
    receive() external payable {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @notice Comes back for more while it is being paid.
contract Returner {
    Registry private immutable _registry;
    uint256 public slashNo;
    bool public cameBack;

    constructor(Registry registry) {
        _registry = registry;
    }

    function aim(uint256 number) external {
        slashNo = number;
    }

    receive() external payable {
        try _registry.settleSlash(slashNo) {
            cameBack = true;
        } catch { }
    }
}

/// @notice Bonds, slashes, insurance.
contract RegistryMoneyTest is RegistryFixture {
    function setUp() public {
        setUpRegistry();
        bonded(1);
        bonded(2);
        vm.deal(address(this), 100 ether);
    }

    function test_AnyoneAddsToABond() public {
        vm.expectEmit();
        emit BondDeposited(1, 1 ether, 11 ether);
        registry.depositBond{ value: 1 ether }(1);
        assertEq(registry.operator(1).bondWei, 11 ether, "bond");
    }

    function test_Revert_WhenABondStaysUnderTheMinimum() public {
        admitted(3);
        vm.expectRevert(abi.encodeWithSelector(BondTooSmall.selector, 1 ether - 1, 1 ether));
        registry.depositBond{ value: 1 ether - 1 }(3);
    }

    function test_Revert_WhenABondIsLargerThanItsField() public {
        uint256 tooMuch = uint256(type(uint128).max) - BOND + 1;
        vm.deal(address(this), tooMuch);
        vm.expectRevert(
            abi.encodeWithSelector(OutOfBounds.selector, bytes32("bondWei"), tooMuch + BOND)
        );
        registry.depositBond{ value: tooMuch }(1);
    }

    function test_ABondComesBackAfterUnbonding() public {
        vm.prank(cold(1));
        registry.requestExit(1);
        uint256 freeAtSec = block.timestamp + 18_000;
        vm.warp(freeAtSec - 1);
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, freeAtSec));
        registry.withdrawBond(1);
        vm.warp(freeAtSec);
        vm.prank(cold(1));
        vm.expectEmit();
        emit BondWithdrawn(1, BOND);
        registry.withdrawBond(1);
        assertEq(payout(1).balance, BOND, "paid out");
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Exited));
        registry.depositBond{ value: 5 ether }(1);
    }

    function testFuzz_ABondWaitsForTheLongerUnbondingOfThenAndNow(uint32 later) public {
        vm.prank(cold(1));
        registry.requestExit(1);
        uint256 leftAtSec = block.timestamp;
        Parameters memory changed = devnetParameters();
        changed.unbondingSec = uint32(bound(later, 16_000, 365 days));
        vm.prank(council);
        registry.setParameters(changed);
        uint256 freeAtSec =
            leftAtSec + (changed.unbondingSec > 18_000 ? changed.unbondingSec : 18_000);
        assertEq(registry.operator(1).exitAtSec, freeAtSec, "as everybody sees");
        vm.warp(freeAtSec - 1);
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, freeAtSec));
        registry.withdrawBond(1);
        vm.warp(freeAtSec);
        vm.prank(cold(1));
        registry.withdrawBond(1);
        assertEq(payout(1).balance, BOND, "paid out");
    }

    /// @notice The parameters may change any number of times, before and after it left.
    function testFuzz_ABondWaitsForEveryUnbondingThatWasInForce(
        uint32[4] memory terms,
        uint32[4] memory spans,
        uint8 leavesAfter
    ) public {
        leavesAfter = uint8(bound(leavesAfter, 0, 4));
        uint256[5] memory untilSec;
        uint256[5] memory termSec;
        termSec[0] = 18_000;
        uint256 leftAtSec;
        for (uint256 i; i <= 4; ++i) {
            if (i == leavesAfter) {
                vm.prank(cold(1));
                registry.requestExit(1);
                leftAtSec = block.timestamp;
            }
            untilSec[i] = type(uint40).max;
            if (i == 4) break;
            vm.warp(block.timestamp + bound(spans[i], 1, 400 days));
            untilSec[i] = block.timestamp;
            Parameters memory changed = devnetParameters();
            changed.unbondingSec = uint32(bound(terms[i], 16_000, 365 days));
            termSec[i + 1] = changed.unbondingSec;
            vm.prank(council);
            registry.setParameters(changed);
        }
        uint256 freeAtSec;
        for (uint256 i; i <= 4; ++i) {
            uint256 heldSec = untilSec[i] < leftAtSec ? untilSec[i] : leftAtSec;
            if (heldSec + termSec[i] > freeAtSec) freeAtSec = heldSec + termSec[i];
        }
        assertEq(registry.operator(1).exitAtSec, freeAtSec, "the longest of all");
    }

    function test_Revert_WhenAnActiveOperatorWithdraws() public {
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Active));
        registry.withdrawBond(1);
    }

    function test_Revert_WhenThePayoutAddressRefusesABond() public {
        address refuser = address(new Refuser());
        vm.startPrank(cold(1));
        registry.replaceCold(1, cold(1), refuser);
        registry.acceptCold(1);
        registry.requestExit(1);
        vm.warp(block.timestamp + 18_000);
        vm.expectRevert(abi.encodeWithSelector(TransferFailed.selector, refuser, BOND));
        registry.withdrawBond(1);
        registry.replaceCold(1, cold(1), address(99));
        registry.acceptCold(1);
        registry.withdrawBond(1);
        assertEq(address(99).balance, BOND, "to another address instead");
    }

    function test_Revert_WhenNotTheLedgerSlashes() public {
        bytes memory notLedger = abi.encodeWithSelector(NotLedger.selector, address(this));
        vm.expectRevert(notLedger);
        registry.slash(1, 2, 1, 100);
        vm.expectRevert(notLedger);
        registry.sitOut(1);
        vm.prank(address(beacon));
        vm.expectRevert(abi.encodeWithSelector(NotLedger.selector, address(beacon)));
        registry.slash(1, 2, 1, 100);
    }

    function test_ASlashIsFrozenThenShared() public {
        Parameters memory given = devnetParameters();
        given.slashDelaySec = 50;
        vm.prank(council);
        registry.setParameters(given);
        uint256 startSec = block.timestamp;
        vm.prank(disputes);
        vm.expectEmit();
        emit Slashed(1, 2, 4, 1 ether, 1);
        assertEq(registry.slash(1, 2, 4, 1000), 1 ether, "a tenth");
        assertEq(registry.operator(1).bondWei, 9 ether, "bond");
        assertEq(registry.frozenWei(), 1 ether, "frozen");
        assertEq(registry.slashCount(), 1, "count");
        assertEq(registry.slashOf(1).settleAtSec, startSec + 50, "due");
        vm.warp(startSec + 49);
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, startSec + 50));
        registry.settleSlash(1);
        vm.warp(startSec + 50);
        vm.expectEmit();
        emit SlashSettled(1, 0.2 ether, 0.8 ether, false);
        registry.settleSlash(1);
        assertEq(payout(2).balance, 0.2 ether, "a fifth to the reporter");
        assertEq(registry.insuranceWei(), 0.8 ether, "the rest to insurance");
        assertEq(registry.frozenWei(), 0, "nothing frozen");
        vm.expectRevert(abi.encodeWithSelector(UnknownSlash.selector, 1));
        registry.settleSlash(1);
    }

    function test_ASlashWithoutReporterGoesToInsuranceAndIsPaidByTheCouncil() public {
        vm.prank(executions);
        registry.slash(1, 0, 12, 10_000);
        assertEq(registry.operator(1).bondWei, 0, "all of it");
        registry.settleSlash(1);
        assertEq(registry.insuranceWei(), BOND, "insurance");
        vm.startPrank(council);
        vm.expectRevert(
            abi.encodeWithSelector(OutOfBounds.selector, bytes32("amountWei"), BOND + 1)
        );
        registry.payInsurance(address(55), BOND + 1, "harm");
        address refuser = address(new Refuser());
        vm.expectRevert(abi.encodeWithSelector(TransferFailed.selector, refuser, 1));
        registry.payInsurance(refuser, 1, "harm");
        registry.payInsurance(address(55), 3 ether, "harm");
        assertEq(address(55).balance, 3 ether, "paid");
        assertEq(registry.insuranceWei(), BOND - 3 ether, "left");
    }

    function test_Revert_WhenASlashIsMoreThanAll() public {
        vm.prank(disputes);
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, bytes32("bps"), 10_001));
        registry.slash(1, 2, 1, 10_001);
    }

    function test_FrozenMoneyIsNotSlashedTwice() public {
        vm.startPrank(disputes);
        registry.slash(1, 2, 1, 5000);
        assertEq(registry.slash(1, 2, 1, 5000), 2.5 ether, "half of what is left");
        vm.stopPrank();
        assertEq(registry.frozenWei(), 7.5 ether, "frozen");
    }

    function test_AReporterThatCannotBePaidGetsItsShareAsBond() public {
        address[2] memory bad = [address(new Refuser()), address(new GasEater())];
        for (uint256 i; i < bad.length; ++i) {
            payTo(2, bad[i]);
            uint256 bondWei = registry.operator(2).bondWei;
            vm.prank(disputes);
            uint256 shareWei = registry.slash(1, 2, 1, 1000) / 5;
            vm.expectEmit();
            emit SlashSettled(i + 1, shareWei, shareWei * 4, true);
            registry.settleSlash{ gas: 3_000_000 }(i + 1);
            assertEq(registry.operator(2).bondWei, bondWei + shareWei, "to its bond");
        }
    }

    function test_AReporterThatLeftCanStillTakeItsShare() public {
        vm.prank(disputes);
        registry.slash(1, 2, 1, 1000);
        address refuser = address(new Refuser());
        vm.startPrank(cold(2));
        registry.requestExit(2);
        vm.warp(block.timestamp + 18_000);
        registry.withdrawBond(2);
        registry.replaceCold(2, cold(2), refuser);
        registry.acceptCold(2);
        registry.settleSlash(1);
        registry.replaceCold(2, cold(2), address(88));
        registry.acceptCold(2);
        registry.withdrawBond(2);
        assertEq(address(88).balance, 0.2 ether, "the share");
    }

    function test_AReceiverThatComesBackGetsNothingMore() public {
        Returner returner = new Returner(registry);
        payTo(2, address(returner));
        vm.prank(disputes);
        registry.slash(1, 2, 1, 1000);
        returner.aim(1);
        registry.settleSlash(1);
        assertFalse(returner.cameBack(), "settled once");
        assertEq(address(returner).balance, 0.2 ether, "paid once");
    }
}

/// @notice Calls the registry's money functions at random and keeps its own books.
contract MoneyActor is RegistryFixture {
    uint32 public constant OPERATORS = 5;
    uint256 public deposited;
    uint256 public paidOut;

    function start() external {
        setUpRegistry();
        for (uint32 i = 1; i <= OPERATORS; ++i) {
            bonded(i);
            join(i, i, BOTH);
            deposited += BOND;
        }
        registry.openGeneration();
    }

    function deposit(uint32 who, uint256 amountWei) external {
        amountWei = bound(amountWei, 1 ether, 50 ether);
        vm.deal(address(this), amountWei);
        registry.depositBond{ value: amountWei }(pick(who));
        deposited += amountWei;
    }

    function slash(uint32 who, uint32 reporter, uint16 bps) external {
        vm.prank(disputes);
        // Reporter zero, and one that does not exist, are among them.
        registry.slash(pick(who), reporter % (OPERATORS + 2), uint16(1 + bps % 22), bps % 10_001);
    }

    function settle(uint256 slashNo) external {
        slashNo = bound(slashNo, 1, registry.slashCount());
        uint256 before = address(registry).balance;
        registry.settleSlash(slashNo);
        paidOut += before - address(registry).balance;
    }

    function payInsurance(uint256 amountWei) external {
        amountWei = bound(amountWei, 0, registry.insuranceWei());
        vm.prank(council);
        registry.payInsurance(address(0xFEED), amountWei, 0);
        paidOut += amountWei;
    }

    function refusePayments(uint32 who) external {
        uint32 number = pick(who);
        address refuser = address(new Refuser());
        payTo(number, refuser);
    }

    function acceptPayments(uint32 who) external {
        uint32 number = pick(who);
        payTo(number, payout(number));
    }

    function exit(uint32 who) external {
        uint32 number = pick(who);
        vm.prank(cold(number));
        registry.requestExit(number);
    }

    function withdraw(uint32 who) external {
        uint32 number = pick(who);
        uint256 before = address(registry).balance;
        vm.prank(cold(number));
        registry.withdrawBond(number);
        paidOut += before - address(registry).balance;
    }

    function pass(uint256 secs) external {
        vm.warp(block.timestamp + bound(secs, 1, 20_000));
        try registry.openGeneration() { } catch { }
    }

    function held() external view returns (uint256) {
        return address(registry).balance;
    }

    function booked() external view returns (uint256 sum) {
        sum = registry.frozenWei() + registry.insuranceWei();
        for (uint32 i = 1; i <= OPERATORS; ++i) {
            sum += registry.operator(i).bondWei;
        }
    }

    function pick(uint32 who) private pure returns (uint32) {
        return 1 + who % OPERATORS;
    }
}

contract RegistryMoneyInvariantTest is RegistryFixture {
    MoneyActor private actor;

    function setUp() public {
        actor = new MoneyActor();
        actor.start();
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = MoneyActor.deposit.selector;
        selectors[1] = MoneyActor.slash.selector;
        selectors[2] = MoneyActor.settle.selector;
        selectors[3] = MoneyActor.payInsurance.selector;
        selectors[4] = MoneyActor.refusePayments.selector;
        selectors[5] = MoneyActor.acceptPayments.selector;
        selectors[6] = MoneyActor.exit.selector;
        selectors[7] = MoneyActor.withdraw.selector;
        selectors[8] = MoneyActor.pass.selector;
        targetContract(address(actor));
        targetSelector(address(actor), selectors);
    }

    function invariant_MoneyIsNeitherMadeNorLost() public view {
        assertEq(actor.booked(), actor.held(), "bonds + frozen + insurance = balance");
        assertEq(actor.held(), actor.deposited() - actor.paidOut(), "in minus out = balance");
    }
}
