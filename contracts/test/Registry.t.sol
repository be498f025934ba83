// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Registry } from "../src/Registry.sol";
import { RegistryFixture } from "./RegistryFixture.sol";

/// @notice Admission, keys, standing, rules.
contract RegistryTest is RegistryFixture {
    // Half of the order of secp256k1; signatures above it are the mirrored ones.
    uint256 private constant ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public {
        setUpRegistry();
        bonded(1);
    }

    // -- the council ---------------------------------------------------------------------------

    function test_Revert_WhenNotTheCouncil() public {
        bytes memory notCouncil = abi.encodeWithSelector(NotCouncil.selector, address(this));
        vm.expectRevert(notCouncil);
        registry.admit(address(1), address(2), "v", "n", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, address(this)));
        registry.suspend(1, type(uint40).max, 0);
        vm.expectRevert(notCouncil);
        registry.reinstate(1, 0);
        vm.expectRevert(notCouncil);
        registry.remove(1, 0);
        vm.expectRevert(notCouncil);
        registry.approveRuntime(1, "code", 0);
        vm.expectRevert(notCouncil);
        registry.deprecateRuntime(1, 0);
        vm.expectRevert(notCouncil);
        registry.setParameters(devnetParameters());
        vm.expectRevert(notCouncil);
        registry.setMinimumKeyTier(1, 1);
        vm.expectRevert(notCouncil);
        registry.payInsurance(address(1), 0, 0);
        vm.expectRevert(notCouncil);
        registry.setCouncil(address(1));
        vm.expectRevert(notCouncil);
        registry.setGuardian(address(1));
    }

    function test_TheCouncilHandsOver() public {
        vm.prank(council);
        vm.expectEmit();
        emit CouncilChanged(address(7));
        registry.setCouncil(address(7));
        assertEq(registry.council(), address(7), "council");
        vm.prank(address(7));
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("council")));
        registry.setCouncil(address(0));
    }

    function test_ARuntimeIsApprovedOnceAndDeprecated() public {
        vm.startPrank(council);
        registry.approveRuntime(1, "code", 5);
        vm.expectRevert(abi.encodeWithSelector(RuntimeKnown.selector, 1));
        registry.approveRuntime(1, "other", 5);
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("codeHash")));
        registry.approveRuntime(2, 0, 5);
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, bytes32("version"), 0));
        registry.approveRuntime(0, "code", 5);
        vm.expectRevert(abi.encodeWithSelector(UnknownRuntime.selector, 2));
        registry.deprecateRuntime(2, 9);
        registry.deprecateRuntime(1, 9);
        assertEq(registry.runtime(1).codeHash, "code", "code hash");
        assertEq(registry.runtime(1).deprecatedAtSec, 9, "deprecated");
    }

    // -- operators -----------------------------------------------------------------------------

    function test_AdmissionFillsTheOperator() public {
        Operator memory found = registry.operator(1);
        assertEq(found.cold, cold(1), "cold");
        assertEq(found.payout, payout(1), "payout");
        assertTrue(found.status == OperatorStatus.Active, "active");
        assertEq(found.name, "name", "name");
        assertEq(found.metadataUri, "https://x", "uri");
        assertEq(registry.operatorCount(), 1, "count");
    }

    function test_Revert_WhenAnAdmissionLacksAField() public {
        vm.startPrank(council);
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("payout")));
        registry.admit(address(5), address(0), "v", "n", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("vettingHash")));
        registry.admit(address(5), address(6), 0, "n", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("name")));
        registry.admit(address(5), address(6), "v", "", "", "", "");
    }

    function test_Revert_WhenAColdKeyIsNotUsable() public {
        vm.startPrank(council);
        vm.expectRevert(abi.encodeWithSelector(KeyNotAllowed.selector, address(0)));
        registry.admit(address(0), address(6), "v", "n", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(KeyNotAllowed.selector, executions));
        registry.admit(executions, address(6), "v", "n", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(KeyInUse.selector, cold(1)));
        registry.admit(cold(1), address(6), "v", "n", "", "", "");
    }

    function test_Revert_WhenThereAreTooManyOperators() public {
        for (uint32 i = 2; i <= 128; ++i) {
            admitted(i);
        }
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(TooManyOperators.selector, 128));
        registry.admit(address(5), address(6), "v", "n", "", "", "");
        // One that leaves without a seat makes room at once.
        vm.prank(cold(64));
        registry.requestExit(64);
        assertEq(admitted(129), 129, "numbers are not used twice");
    }

    function test_TheColdKeyIsReplacedOnceTheNewOneAcceptsAndStaysUsed() public {
        vm.prank(cold(1));
        registry.replaceCold(1, address(77), address(78));
        assertEq(registry.operator(1).cold, cold(1), "nothing has changed yet");
        assertEq(registry.operator(1).payout, payout(1), "the payout address neither");
        vm.expectRevert(abi.encodeWithSelector(NotNewCold.selector, 1, address(this)));
        registry.acceptCold(1);
        vm.prank(address(77));
        registry.acceptCold(1);
        assertEq(registry.operator(1).cold, address(77), "cold");
        assertEq(registry.operator(1).payout, address(78), "payout");
        assertEq(registry.coldChange(1).fromSec, 0, "nothing is announced any more");
        vm.startPrank(address(77));
        vm.expectRevert(abi.encodeWithSelector(NoColdChange.selector, 1));
        registry.acceptCold(1);
        vm.expectRevert(abi.encodeWithSelector(KeyInUse.selector, cold(1)));
        registry.replaceCold(1, cold(1), address(78));
        registry.replaceCold(1, address(77), address(79));
        registry.acceptCold(1);
        assertEq(registry.operator(1).payout, address(79), "the payout address alone");
        vm.expectRevert(abi.encodeWithSelector(EmptyField.selector, bytes32("payout")));
        registry.replaceCold(1, address(77), address(0));
        vm.stopPrank();
    }

    function test_AnAnnouncedColdKeyWaitsForTheSlashDelay() public {
        slashDelay(3 days);
        vm.prank(cold(1));
        registry.replaceCold(1, address(77), address(78));
        uint256 fromSec = block.timestamp + 3 days;
        assertEq(registry.coldChange(1).fromSec, fromSec, "announced for then");
        vm.warp(fromSec - 1);
        vm.prank(address(77));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, fromSec));
        registry.acceptCold(1);
        vm.warp(fromSec);
        vm.prank(address(77));
        registry.acceptCold(1);
        assertEq(registry.operator(1).cold, address(77), "then");
    }

    /// @dev Whoever stole the cold key can announce his own; those whom it robs can say no, each of them.
    function test_AStolenColdKeyIsStoppedByTheOwnerThePayoutAddressOrTheCouncil() public {
        address[3] memory saviours = [cold(1), payout(1), council];
        for (uint256 i; i < saviours.length; ++i) {
            vm.prank(cold(1));
            registry.replaceCold(1, address(0xBAD), address(0xBAD));
            vm.expectRevert(abi.encodeWithSelector(NotCold.selector, 1, address(this)));
            registry.cancelCold(1);
            vm.prank(saviours[i]);
            registry.cancelCold(1);
            vm.prank(address(0xBAD));
            vm.expectRevert(abi.encodeWithSelector(NoColdChange.selector, 1));
            registry.acceptCold(1);
        }
        assertEq(registry.operator(1).payout, payout(1), "the money's way is the old one");
    }

    function test_NoColdKeyIsAcceptedWhileTheOperatorIsSuspendedOrRemoved() public {
        vm.prank(cold(1));
        registry.replaceCold(1, address(0xBAD), address(0xBAD));
        uint40 untilSec = uint40(block.timestamp + 7 days);
        vm.prank(council);
        registry.suspend(1, untilSec, "stolen");
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, untilSec));
        registry.acceptCold(1);
        vm.prank(council);
        registry.remove(1, "stolen");
        vm.warp(untilSec);
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(NotYet.selector, type(uint40).max));
        registry.acceptCold(1);
    }

    /// @dev Whatever a thief of the cold key announces, at any moment: as long as somebody cancels in time, the bond
    /// reaches the payout address of before.
    function testFuzz_ABondReachesOnlyThePayoutAddressThatNobodyObjectedTo(uint256 script) public {
        slashDelay(1 days);
        vm.prank(cold(1));
        registry.requestExit(1);
        while (block.timestamp < registry.operator(1).exitAtSec) {
            vm.prank(cold(1));
            registry.replaceCold(1, address(0xBAD), address(0xBAD));
            vm.warp(block.timestamp + 1 + (script % (1 days - 1)));
            vm.prank(address(0xBAD));
            try registry.acceptCold(1) {
                assertTrue(false, "accepted");
            } catch { }
            vm.prank(payout(1));
            registry.cancelCold(1);
            script = uint256(keccak256(abi.encode(script)));
        }
        vm.prank(payout(1));
        registry.withdrawBond(1);
        assertEq(payout(1).balance, BOND, "to whom it was");
    }

    /// @dev A lost cold key: nobody can ask to leave, so the council removes; the payout address takes the bond.
    function test_WhenTheColdKeyIsLostTheCouncilRemovesAndThePayoutAddressWithdraws() public {
        vm.prank(council);
        registry.remove(1, "cold key lost");
        vm.warp(registry.operator(1).exitAtSec);
        vm.expectRevert(abi.encodeWithSelector(NotCold.selector, 1, address(this)));
        registry.withdrawBond(1);
        vm.prank(payout(1));
        registry.withdrawBond(1);
        assertEq(payout(1).balance, BOND, "paid");
    }

    function slashDelay(uint32 seconds_) private {
        Parameters memory rules = registry.parameters();
        rules.slashDelaySec = seconds_;
        rules.unbondingSec = 14 days;
        vm.prank(council);
        registry.setParameters(rules);
    }

    function test_Revert_WhenNotTheColdKey() public {
        join(1, 1, BOTH);
        bytes memory notCold = abi.encodeWithSelector(NotCold.selector, 1, address(this));
        Node memory added = nodeOf(2, BOTH);
        vm.expectRevert(notCold);
        registry.addNode(1, added, "");
        vm.expectRevert(notCold);
        registry.updateNode(1, "", 0, false, "");
        vm.expectRevert(notCold);
        registry.requestExit(1);
        vm.expectRevert(notCold);
        registry.withdrawBond(1);
        vm.expectRevert(notCold);
        registry.replaceCold(1, address(1), address(1));
    }

    function test_Revert_WhenTheOperatorIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(UnknownOperator.selector, 9);
        vm.expectRevert(unknown);
        registry.depositBond(9);
        vm.expectRevert(unknown);
        registry.requestExit(9);
        vm.startPrank(council);
        vm.expectRevert(unknown);
        registry.suspend(9, type(uint40).max, 0);
        vm.expectRevert(unknown);
        registry.reinstate(9, 0);
        vm.expectRevert(unknown);
        registry.remove(9, 0);
        vm.stopPrank();
        vm.startPrank(disputes);
        vm.expectRevert(unknown);
        registry.slash(9, 0, 1, 1);
        vm.expectRevert(unknown);
        registry.sitOut(9);
    }

    // -- nodes ---------------------------------------------------------------------------------

    function test_ANodeIsAddedAsItsOperatorsAndActive() public {
        Node memory given = nodeOf(1, 2);
        given.operatorNo = 99;
        bytes memory binding = bind(1, 1, given.caHash, given.endpoint);
        vm.prank(cold(1));
        uint32 nodeNo = registry.addNode(1, given, binding);
        Node memory found = registry.node(nodeNo);
        assertEq(found.operatorNo, 1, "operator");
        assertTrue(found.active, "active");
        assertEq(registry.nodeOfActionKey(given.actionKey), nodeNo, "by its action key");
        assertEq(registry.nodeCount(), 1, "count");
        (uint32 operatorNo, uint8 roles, address dutyKey) = registry.duty(nodeNo, type(uint40).max);
        assertEq(operatorNo, 1, "duty: operator");
        assertEq(roles, 2, "duty: roles");
        assertEq(dutyKey, given.dutyKey, "duty: key");
    }

    /// @notice The digest of spec 01, written out once more without the library.
    function test_TheCaBindingIsAnEip712Digest() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Deed"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        assertEq(registry.domainSeparator(), domain, "domain");
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("TlsCaBinding(uint32 operatorNo,bytes32 caHash,string endpoint)"),
                1,
                bytes32("ca"),
                keccak256("https://a")
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, structHash));
        assertEq(this.bindingDigest(1, "ca", "https://a"), digest, "digest");
    }

    function test_Revert_WhenANodesRolesOrTierAreWrong() public {
        expectNodeRevert(nodeOf(2, 0), abi.encodeWithSelector(BadRoles.selector, 0));
        expectNodeRevert(nodeOf(2, 4), abi.encodeWithSelector(BadRoles.selector, 4));
        Node memory given = nodeOf(2, BOTH);
        given.keyTier = 5;
        expectNodeRevert(given, abi.encodeWithSelector(OutOfBounds.selector, bytes32("keyTier"), 5));
        vm.startPrank(council);
        registry.setMinimumKeyTier(1, 1);
        registry.setMinimumKeyTier(2, 3);
        vm.expectRevert(abi.encodeWithSelector(BadRoles.selector, 3));
        registry.setMinimumKeyTier(3, 1);
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, bytes32("tier"), 5));
        registry.setMinimumKeyTier(1, 5);
        vm.stopPrank();
        assertEq(registry.minimumKeyTier(2), 3, "verifier's minimum");
        given.keyTier = 2;
        expectNodeRevert(given, abi.encodeWithSelector(KeyTierTooLow.selector, 3, 2, 3));
        given.roles = 1;
        given.keyTier = 0;
        expectNodeRevert(given, abi.encodeWithSelector(KeyTierTooLow.selector, 1, 0, 1));
    }

    function test_Revert_WhenANodesKeyWasSeen() public {
        join(1, 1, BOTH);
        Node memory given = nodeOf(2, BOTH);
        given.dutyKey = cold(1);
        expectNodeRevert(given, abi.encodeWithSelector(KeyInUse.selector, cold(1)));
        given = nodeOf(2, BOTH);
        given.actionKey = given.dutyKey;
        expectNodeRevert(given, abi.encodeWithSelector(KeyInUse.selector, given.dutyKey));
        given = nodeOf(2, BOTH);
        given.actionKey = action(1);
        expectNodeRevert(given, abi.encodeWithSelector(KeyInUse.selector, action(1)));
        given = nodeOf(2, BOTH);
        given.dutyKey = address(0);
        expectNodeRevert(given, abi.encodeWithSelector(KeyNotAllowed.selector, address(0)));
        given = nodeOf(2, BOTH);
        given.caHash = nodeOf(1, BOTH).caHash;
        expectNodeRevert(given, abi.encodeWithSelector(CaInUse.selector, given.caHash));
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(KeyInUse.selector, action(1)));
        registry.admit(action(1), address(6), "v", "n", "", "", "");
    }

    function test_Revert_WhenANodesAddressIsWrong() public {
        Node memory given = nodeOf(2, BOTH);
        given.caHash = 0;
        expectNodeRevert(given, abi.encodeWithSelector(EmptyField.selector, bytes32("caHash")));
        given = nodeOf(2, BOTH);
        given.endpoint = "";
        expectNodeRevert(given, abi.encodeWithSelector(EmptyField.selector, bytes32("endpoint")));
        given.endpoint = string(new bytes(257));
        expectNodeRevert(
            given, abi.encodeWithSelector(OutOfBounds.selector, bytes32("endpoint"), 257)
        );
    }

    function test_Revert_WhenTheBindingIsNotTheDutyKeys() public {
        Node memory given = nodeOf(2, BOTH);
        bytes memory foreign = bind(1, 3, given.caHash, given.endpoint);
        address stranger = nodeOf(3, BOTH).dutyKey;
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(BadCaBinding.selector, stranger, given.dutyKey));
        registry.addNode(1, given, foreign);

        // The mirrored signature is valid mathematics and refused all the same.
        bytes memory mirrored = mirror(bind(1, 2, given.caHash, given.endpoint));
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(BadCaBinding.selector, address(0), given.dutyKey));
        registry.addNode(1, given, mirrored);
    }

    function test_ANodeMovesWithAFreshBinding() public {
        uint32 nodeNo = join(1, 1, BOTH);
        bytes memory old = bind(1, 1, nodeOf(1, BOTH).caHash, "https://node.example:7443");
        vm.prank(cold(1));
        vm.expectPartialRevert(BadCaBinding.selector);
        registry.updateNode(nodeNo, "https://new", "new ca", true, old);
        bytes memory fresh = bind(1, 1, "new ca", "https://new");
        vm.prank(cold(1));
        registry.updateNode(nodeNo, "https://new", "new ca", true, fresh);
        assertEq(registry.node(nodeNo).endpoint, "https://new", "endpoint");
        assertEq(registry.node(nodeNo).caHash, "new ca", "CA");
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(UnknownNode.selector, 9));
        registry.updateNode(9, "https://new", "new ca", true, fresh);
    }

    function test_ANodeIsSwitchedOffWithoutItsDutyKey() public {
        uint32 nodeNo = join(1, 1, BOTH);
        Node memory found = registry.node(nodeNo);
        vm.prank(cold(1));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, false, "");
        (uint32 operatorNo,, address dutyKey) = registry.duty(nodeNo, type(uint40).max);
        assertEq(operatorNo, 0, "no duties");
        assertEq(dutyKey, address(0), "no key");
        assertActor(1, 0);
        vm.prank(council);
        registry.setMinimumKeyTier(1, 2);
        vm.prank(cold(1));
        vm.expectRevert(abi.encodeWithSelector(KeyTierTooLow.selector, 3, 0, 2));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, true, "");
        vm.prank(council);
        registry.setMinimumKeyTier(1, 0);
        vm.prank(cold(1));
        registry.updateNode(nodeNo, found.endpoint, found.caHash, true, "");
        assertActor(1, nodeNo);
    }

    // -- standing ------------------------------------------------------------------------------

    function test_ASuspensionStopsActionsNotDutiesAndEndsByItself() public {
        uint32 nodeNo = join(1, 1, BOTH);
        assertActor(1, nodeNo);
        uint40 untilSec = uint40(block.timestamp) + 100;
        vm.prank(council);
        vm.expectEmit();
        emit OperatorStatusChanged(1, OperatorStatus.Suspended, untilSec, "why");
        registry.suspend(1, untilSec, "why");
        assertTrue(registry.operator(1).status == OperatorStatus.Suspended, "suspended");
        assertActor(1, 0);
        (uint32 operatorNo,,) = registry.duty(nodeNo, type(uint40).max);
        assertEq(operatorNo, 1, "still records");
        vm.warp(untilSec);
        assertActor(1, nodeNo);
        assertTrue(registry.operator(1).status == OperatorStatus.Active, "active again");
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Active));
        registry.reinstate(1, 0);
    }

    function test_AReinstatedOperatorActsAtOnce() public {
        uint32 nodeNo = join(1, 1, BOTH);
        vm.startPrank(council);
        vm.expectRevert(
            abi.encodeWithSelector(OutOfBounds.selector, bytes32("untilSec"), block.timestamp)
        );
        registry.suspend(1, uint40(block.timestamp), 0);
        registry.suspend(1, type(uint40).max, 0);
        assertActor(1, 0);
        registry.reinstate(1, "heard");
        assertActor(1, nodeNo);
    }

    function test_AnExitDoesNotEndASuspension() public {
        join(1, 1, BOTH);
        vm.prank(council);
        registry.suspend(1, type(uint40).max, 0);
        vm.prank(cold(1));
        registry.requestExit(1);
        assertActor(1, 0);
    }

    function test_ARemovedOperatorIsSuspendedForGoodAndExits() public {
        join(1, 1, BOTH);
        vm.prank(council);
        registry.remove(1, "why");
        assertActor(1, 0);
        Operator memory found = registry.operator(1);
        assertTrue(found.status == OperatorStatus.Exiting, "exiting");
        assertEq(found.exitAtSec, block.timestamp + 18_000, "not seated: unbonds at once");
        vm.startPrank(council);
        registry.remove(1, "again");
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Exiting));
        registry.reinstate(1, 0);
        vm.stopPrank();
        vm.warp(found.exitAtSec);
        vm.prank(cold(1));
        registry.withdrawBond(1);
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Exited));
        registry.remove(1, "late");
    }

    function test_Revert_WhenAnExitingOperatorAddsANodeOrExitsTwice() public {
        vm.startPrank(cold(1));
        registry.requestExit(1);
        bytes memory wrong = abi.encodeWithSelector(WrongStatus.selector, 1, OperatorStatus.Exiting);
        vm.expectRevert(wrong);
        registry.requestExit(1);
        Node memory given = nodeOf(1, BOTH);
        vm.expectRevert(wrong);
        registry.addNode(1, given, "");
    }

    // -- parameters ----------------------------------------------------------------------------

    function test_TheDevnetPresetIsAllowedAndReadBack() public view {
        assertEq(abi.encode(registry.parameters()), abi.encode(devnetParameters()), "parameters");
    }

    function test_Revert_WhenUnbondingIsShorterThanTheWindows() public {
        // Three leases of 3600 + 10, two claim windows of 600, 128 turns of 2, a verdict window of 20; an hour to tell.
        Parameters memory given = devnetParameters();
        given.unbondingSec = 15_906;
        expectParameterRevert(given, "unbondingSec", 15_906);
        given.unbondingSec = 15_907;
        vm.prank(council);
        registry.setParameters(given);
        // A lease of 3600 + 10, three draws of 6·20 + 7·3600, 10·3600 to open disputes, a vote of 30; an hour to tell.
        given.verdictWindowSec = 3600;
        given.unbondingSec = 119_200;
        expectParameterRevert(given, "unbondingSec", 119_200);
        given.unbondingSec = 119_201;
        vm.prank(council);
        registry.setParameters(given);
        given.confirmations = 1;
        expectParameterRevert(given, "unbondingSec", 119_201);
    }

    function testFuzz_UnbondingOutlastsEveryWindow(
        uint16[8] memory windows,
        uint32 claimWindowSec,
        uint32 unbondingSec
    ) public {
        Parameters memory given = devnetParameters();
        given.deltaSec = uint16(bound(windows[0], 1, 600));
        given.leaseMarginSec = uint16(bound(windows[1], 1, 3600));
        given.beaconWindowSec = uint16(bound(windows[2], 5, 43_200));
        given.verdictWindowSec = uint16(bound(windows[3], 5, 43_200));
        given.responseSec = uint16(bound(windows[4], 5, 43_200));
        given.voteCommitSec = uint16(bound(windows[5], 5, 43_200));
        given.voteRevealSec = uint16(bound(windows[6], 5, 43_200));
        given.confirmations = uint16(bound(windows[7], 0, 128));
        given.claimWindowSec = uint32(bound(claimWindowSec, 10, 30 days));
        given.unbondingSec = uint32(bound(unbondingSec, 1, 365 days));

        uint256 leaseSec = 3600 + uint256(given.leaseMarginSec);
        uint256 verdictSec = given.verdictWindowSec;
        uint256 judgedSec = leaseSec + 18
            * (uint256(given.beaconWindowSec) + 15 * uint256(given.confirmations)) + 31 * verdictSec
            + given.responseSec + given.voteCommitSec + given.voteRevealSec;
        uint256 adoptedSec = 3 * leaseSec + 2 * uint256(given.claimWindowSec) + 128
            * uint256(given.deltaSec) + verdictSec;
        uint256 longestSec = (judgedSec > adoptedSec ? judgedSec : adoptedSec) + 3600;
        if (given.unbondingSec <= longestSec) {
            expectParameterRevert(given, "unbondingSec", given.unbondingSec);
        } else {
            vm.prank(council);
            registry.setParameters(given);
        }
    }

    function test_Revert_WhenAParameterLeavesItsBounds() public {
        Parameters memory p = devnetParameters();
        p.deltaSec = 0;
        expectParameterRevert(p, "deltaSec", 0);
        p = devnetParameters();
        p.leaseMarginSec = 3601;
        expectParameterRevert(p, "leaseMarginSec", 3601);
        p = devnetParameters();
        p.claimWindowSec = 9;
        expectParameterRevert(p, "claimWindowSec", 9);
        p = devnetParameters();
        p.beaconWindowSec = 4;
        expectParameterRevert(p, "beaconWindowSec", 4);
        p = devnetParameters();
        p.verdictWindowSec = 43_201;
        expectParameterRevert(p, "verdictWindowSec", 43_201);
        p = devnetParameters();
        p.responseSec = 4;
        expectParameterRevert(p, "responseSec", 4);
        p = devnetParameters();
        p.voteCommitSec = 4;
        expectParameterRevert(p, "voteCommitSec", 4);
        p = devnetParameters();
        p.voteRevealSec = 4;
        expectParameterRevert(p, "voteRevealSec", 4);
    }

    function test_Revert_WhenALongTermParameterLeavesItsBounds() public {
        Parameters memory p = devnetParameters();
        p.slashDelaySec = 30 days + 1;
        expectParameterRevert(p, "slashDelaySec", 30 days + 1);
        p = devnetParameters();
        p.generationSec = 9;
        expectParameterRevert(p, "generationSec", 9);
        p = devnetParameters();
        p.confirmations = 129;
        expectParameterRevert(p, "confirmations", 129);
        p = devnetParameters();
        p.minBondWei = 0;
        expectParameterRevert(p, "minBondWei", 0);
        p = devnetParameters();
        p.unbondingSec = 365 days + 1;
        expectParameterRevert(p, "unbondingSec", 365 days + 1);
    }

    function expectParameterRevert(Parameters memory given, bytes32 name, uint256 value) private {
        vm.prank(council);
        vm.expectRevert(abi.encodeWithSelector(OutOfBounds.selector, name, value));
        registry.setParameters(given);
    }

    function expectNodeRevert(Node memory given, bytes memory problem) private {
        bytes memory binding = bind(1, 2, given.caHash, given.endpoint);
        vm.prank(cold(1));
        vm.expectRevert(problem);
        registry.addNode(1, given, binding);
    }

    function assertActor(uint32 label, uint32 expected) private {
        (uint32 nodeNo, uint32 operatorNo, uint8 roles) = registry.actor(action(label));
        assertEq(nodeNo, expected, "node");
        assertEq(operatorNo, expected == 0 ? 0 : 1, "operator");
        assertEq(roles, expected == 0 ? 0 : BOTH, "roles");
    }

    function mirror(bytes memory given) private pure returns (bytes memory) {
        bytes32 r;
        uint256 s;
        assembly ("memory-safe") {
            r := mload(add(given, 0x20))
            s := mload(add(given, 0x40))
        }
        uint8 v = uint8(given[64]) == 27 ? 28 : 27;
        return abi.encodePacked(r, ORDER - s, v);
    }
}
