// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IntentSlot } from "../src/libraries/IntentSlot.sol";
import { IntentsFixture, Wallet } from "./IntentsFixture.sol";

contract IntentsTest is IntentsFixture {
    function setUp() public {
        setUpIntents();
    }

    // -- what is signed --------------------------------------------------------------------------

    /// @notice The digest of spec 01, written out once more without the libraries.
    function test_TheIntentHashIsTheEip712Digest() public view {
        Intent memory intent = draft();
        intent.permissions = new Permission[](2);
        intent.permissions[0] = Permission(address(11), "transfer(address,uint256) 0xab, 5", 0);
        intent.permissions[1] = Permission(address(12), "deposit()", 7);
        bytes32[] memory lines = new bytes32[](2);
        for (uint256 i; i < 2; ++i) {
            lines[i] = keccak256(
                abi.encode(
                    keccak256("Permission(address target,string call,uint256 valueWei)"),
                    intent.permissions[i].target,
                    keccak256(bytes(intent.permissions[i].call)),
                    intent.permissions[i].valueWei
                )
            );
        }
        bytes memory head = abi.encode(
            keccak256(
                "Intent(address owner,address revoker,string name,string summary,bytes32 yamlHash,bytes32 planRoot,uint16 runtime,uint8 kind,uint8 leaseClass,uint40 start,uint32 period,uint8 catchUp,uint40 validUntilSec,uint32 maxExecutions,uint16 perHour,uint256 nonce,Permission[] permissions)Permission(address target,string call,uint256 valueWei)"
            ),
            intent.owner,
            intent.revoker,
            keccak256(bytes(intent.name)),
            keccak256(bytes(intent.summary)),
            intent.yamlHash,
            intent.planRoot
        );
        bytes memory limits = abi.encode(
            intent.runtime,
            intent.kind,
            intent.leaseClass,
            intent.start,
            intent.period,
            intent.catchUp,
            intent.validUntilSec,
            intent.maxExecutions,
            intent.perHour,
            intent.nonce,
            keccak256(abi.encodePacked(lines))
        );
        bytes32 structHash = keccak256(bytes.concat(head, limits));
        assertEq(
            intents.hashIntent(intent),
            keccak256(abi.encodePacked(hex"1901", domain(), structHash)),
            "digest"
        );
        assertEq(intents.domainSeparator(), domain(), "domain");
    }

    function test_RegistrationFillsTheSlotAndEmitsTheYaml() public {
        Intent memory intent = draft();
        intent.kind = 2;
        intent.period = 60;
        intent.perHour = 20;
        bytes32 intentHash = intents.hashIntent(intent);
        bytes memory by = signed(intent);
        vm.expectEmit();
        emit Registered(1, intentHash, alice, intent, by, YAML);
        assertEq(intents.register(intent, by, YAML), 1, "number");
        State memory found = intents.state(1);
        assertEq(found.validUntilSec, intent.validUntilSec, "valid until");
        assertEq(found.remaining, 1000, "remaining");
        assertEq(found.accountNo, 1, "account");
        assertEq(found.kind, 2, "kind");
        assertEq(found.leaseClass, 2, "lease class");
        assertEq(found.start, block.timestamp, "start");
        assertEq(found.period, 60, "period");
        assertEq(found.perHour, 20, "per hour");
        assertEq(intents.numberOf(intentHash), 1, "by hash");
        assertEq(intents.intentHashOf(1), intentHash, "hash");
        assertEq(intents.planRootOf(1), "plan", "plan root");
        assertEq(intents.ownerOf(1), alice, "owner");
        assertTrue(intents.isLive(1), "live");
        assertTrue(intents.isNonceSpent(alice, 5), "nonce");
        (bool live, bytes32 planRoot, address owner) = intents.authority(1);
        assertTrue(live && planRoot == "plan" && owner == alice, "authority");
    }

    function test_OneOwnerHasOneAccount() public {
        register(draft());
        Intent memory second = draft();
        second.nonce = 6;
        assertEq(register(second), 2, "number");
        assertEq(intents.state(2).accountNo, 1, "account");
    }

    function test_AnUnknownIntentIsNothing() public {
        assertFalse(intents.isLive(9), "live");
        assertEq(intents.numberOf("x"), 0, "number");
        (bool live, bytes32 planRoot, address owner) = intents.authority(9);
        assertTrue(!live && planRoot == 0 && owner == address(0), "authority");
        vm.expectRevert(abi.encodeWithSelector(UnknownIntent.selector, 9));
        intents.state(9);
        vm.expectRevert(abi.encodeWithSelector(UnknownIntent.selector, 9));
        intents.ownerOf(9);
        vm.prank(executions);
        (uint16 granted, bytes32 intentHash,) = intents.take(9, 1, 3, 2);
        assertEq(granted, 0, "granted");
        assertEq(intentHash, 0, "hash");
    }

    function testFuzz_TheSlotLiesAsTheSpecificationSays(State memory given) public pure {
        given.kind &= 0x0f;
        given.leaseClass &= 0x0f;
        bytes memory packed = abi.encodePacked(
            given.validUntilSec,
            given.remaining,
            given.accountNo,
            given.revoked,
            given.leaseClass << 4 | given.kind,
            given.start,
            given.period,
            given.perHour,
            given.catchUp,
            given.hour,
            given.hourCount
        );
        uint256 slot = IntentSlot.pack(given);
        assertEq(slot, uint256(bytes32(packed)), "packed");
        assertEq(abi.encode(IntentSlot.unpack(slot)), abi.encode(given), "unpacked");
    }

    // -- what is refused -------------------------------------------------------------------------

    function test_Revert_WhenTheYamlIsNotTheSignedOne() public {
        Intent memory intent = draft();
        bytes memory by = signed(intent);
        vm.expectRevert(
            abi.encodeWithSelector(
                YamlHashMismatch.selector, intent.yamlHash, keccak256("deed: v2")
            )
        );
        intents.register(intent, by, "deed: v2");
        vm.expectRevert(abi.encodeWithSelector(YamlTooLong.selector, 65_537, 65_536));
        intents.register(intent, by, new bytes(65_537));
    }

    function test_Revert_WhenAFieldIsWrong() public {
        Intent memory intent = draft();
        intent.kind = 0;
        expectRefused(intent, abi.encodeWithSelector(BadKind.selector, 0));
        intent.kind = 7;
        expectRefused(intent, abi.encodeWithSelector(BadKind.selector, 7));
        intent.kind = 2;
        expectRefused(intent, abi.encodeWithSelector(BadPeriod.selector, 0));
        intent.kind = 1;
        intent.period = 5;
        expectRefused(intent, abi.encodeWithSelector(BadPeriod.selector, 5));
        intent = draft();
        intent.catchUp = 1;
        expectRefused(intent, abi.encodeWithSelector(BadCatchUp.selector, 1));
        intent = draft();
        intent.start = 9;
        expectRefused(intent, abi.encodeWithSelector(BadStart.selector, 9));
        (intent.kind, intent.period) = (2, 60);
        expectRefused(intent, abi.encodeWithSelector(BadStart.selector, 9));
        (intent.kind, intent.period) = (4, 0);
        expectRefused(intent, abi.encodeWithSelector(BadStart.selector, 9));
        (intent.start, intent.period) = (0, 60);
        expectRefused(intent, abi.encodeWithSelector(BadPeriod.selector, 60));
        // A height is counted from 1.
        intent.kind = 5;
        expectRefused(intent, abi.encodeWithSelector(BadStart.selector, 0));
        intent = draft();
        intent.leaseClass = 16;
        expectRefused(intent, abi.encodeWithSelector(BadLeaseClass.selector, 16));
        intent = draft();
        intent.maxExecutions = 0;
        expectRefused(intent, abi.encodeWithSelector(NoExecutions.selector));
        intent = draft();
        intent.validUntilSec = uint40(block.timestamp);
        expectRefused(intent, abi.encodeWithSelector(Expired.selector, intent.validUntilSec));
    }

    function test_Revert_WhenTheRuntimeIsNotActive() public {
        Intent memory intent = draft();
        intent.runtime = 2;
        bytes memory notActive = abi.encodeWithSelector(RuntimeNotActive.selector, 2);
        expectRefused(intent, notActive);
        vm.startPrank(council);
        registry.approveRuntime(2, "code", uint40(block.timestamp + 1));
        vm.stopPrank();
        expectRefused(intent, notActive);
        vm.warp(block.timestamp + 1);
        register(intent);
        vm.prank(council);
        registry.deprecateRuntime(2, uint40(block.timestamp));
        intent.nonce = 6;
        expectRefused(intent, notActive);
        assertTrue(intents.isLive(1), "what is registered runs on");
    }

    function test_Revert_WhenTheSignatureIsNotTheOwners() public {
        Intent memory intent = draft();
        (, uint256 malloryKey) = account("mallory");
        bytes memory foreign = signature(malloryKey, intents.hashIntent(intent));
        bytes memory refused = abi.encodeWithSelector(BadSignature.selector, alice);
        vm.expectRevert(refused);
        intents.register(intent, foreign, YAML);
        vm.expectRevert(refused);
        intents.register(intent, "", YAML);
        bytes memory own = signed(intent);
        intent.maxExecutions += 1;
        vm.expectRevert(refused);
        intents.register(intent, own, YAML);
    }

    function test_Revert_WhenTheOwnerIsNobody() public {
        Intent memory intent = draft();
        intent.owner = address(0);
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, address(0)));
        intents.register(intent, new bytes(65), YAML);
    }

    function test_Revert_WhenASignatureIsReplayed() public {
        Intent memory intent = draft();
        bytes memory by = signed(intent);
        intents.register(intent, by, YAML);
        vm.expectRevert(
            abi.encodeWithSelector(AlreadyRegistered.selector, intents.hashIntent(intent))
        );
        intents.register(intent, by, YAML);
        intent.name = "other";
        expectRefused(intent, abi.encodeWithSelector(NonceSpent.selector, alice, 5));
    }

    function test_ASignatureCountsOnOneChainOnly() public {
        Intent memory intent = draft();
        bytes memory by = signed(intent);
        vm.chainId(999);
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, alice));
        intents.register(intent, by, YAML);
    }

    function test_AnInvalidatedNonceIsSpent() public {
        vm.prank(alice);
        vm.expectEmit();
        emit NonceInvalidated(alice, 5);
        intents.invalidateNonce(5);
        expectRefused(draft(), abi.encodeWithSelector(NonceSpent.selector, alice, 5));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(NonceSpent.selector, alice, 5));
        intents.invalidateNonce(5);
        assertFalse(intents.isNonceSpent(alice, 261), "another word");
        assertFalse(intents.isNonceSpent(address(1), 5), "another owner");
    }

    // -- contract wallets ------------------------------------------------------------------------

    function test_AContractWalletIsAskedOnceAtRegistration() public {
        Wallet wallet = new Wallet(alice);
        Intent memory intent = draft();
        intent.owner = address(wallet);
        register(intent);
        wallet.forget();
        assertTrue(intents.isLive(1), "judged at registration");
        intent.nonce = 6;
        expectRefused(intent, abi.encodeWithSelector(BadSignature.selector, address(wallet)));
    }

    function test_AContractWalletRevokes() public {
        Wallet wallet = new Wallet(alice);
        Intent memory intent = draft();
        intent.owner = address(wallet);
        register(intent);
        wallet.run(address(intents), abi.encodeCall(intents.revoke, (intents.intentHashOf(1))));
        assertFalse(intents.isLive(1), "revoked");
    }

    // -- revocation ------------------------------------------------------------------------------

    function test_TheOwnerRevokesBeforeRegistration() public {
        Intent memory intent = draft();
        bytes32 intentHash = intents.hashIntent(intent);
        vm.prank(alice);
        vm.expectEmit();
        emit RevokedIntent(intentHash, alice, 0);
        intents.revoke(intentHash);
        assertTrue(intents.isRevoked(alice, intentHash), "revoked");
        expectRefused(intent, abi.encodeWithSelector(Revoked.selector, intentHash));
    }

    function test_TheRevokerRevokesBeforeRegistration() public {
        Intent memory intent = draft();
        intent.revoker = address(0xBEEF);
        bytes32 intentHash = intents.hashIntent(intent);
        vm.prank(address(0xBEEF));
        intents.revoke(intentHash);
        expectRefused(intent, abi.encodeWithSelector(Revoked.selector, intentHash));
    }

    function test_AStrangerRevokesNothing() public {
        Intent memory intent = draft();
        bytes32 intentHash = intents.hashIntent(intent);
        intents.revoke(intentHash);
        assertFalse(intents.isRevoked(alice, intentHash), "before registration");
        register(intent);
        vm.expectRevert(abi.encodeWithSelector(NotRevoker.selector, intentHash, address(this)));
        intents.revoke(intentHash);
        assertTrue(intents.isLive(1), "live");
    }

    function test_OwnerAndRevokerRevokeAfterRegistration() public {
        Intent memory intent = draft();
        intent.revoker = address(0xBEEF);
        register(intent);
        intent.nonce = 6;
        register(intent);
        bytes32 first = intents.intentHashOf(1);
        vm.prank(address(0xBEEF));
        vm.expectEmit();
        emit RevokedIntent(first, alice, 1);
        intents.revoke(first);
        assertFalse(intents.isLive(1), "by the revoker");
        assertTrue(intents.isRevoked(alice, first), "said of the owner");
        bytes32 second = intents.intentHashOf(2);
        vm.startPrank(alice);
        intents.revoke(second);
        intents.revoke(second);
        assertTrue(intents.state(2).revoked, "by the owner, said twice");
        vm.stopPrank();
        vm.prank(executions);
        (uint16 granted,,) = intents.take(1, 1, 3, 2);
        assertEq(granted, 0, "nothing is granted");
    }

    function test_ARevocationIsRelayed() public {
        Intent memory intent = draft();
        bytes32 intentHash = intents.hashIntent(intent);
        bytes memory by = signature(aliceKey, revokeDigest(intentHash));
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, address(7)));
        intents.revokeBySignature(address(7), intentHash, by);
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, alice));
        intents.revokeBySignature(alice, "other", by);
        register(intent);
        intents.revokeBySignature(alice, intentHash, by);
        assertFalse(intents.isLive(1), "revoked");
    }

    function test_AContractWalletsRevocationIsRelayed() public {
        Wallet wallet = new Wallet(alice);
        bytes memory by = signature(aliceKey, revokeDigest("some intent"));
        intents.revokeBySignature(address(wallet), "some intent", by);
        assertTrue(intents.isRevoked(address(wallet), "some intent"), "revoked");
        assertFalse(intents.isRevoked(alice, "some intent"), "by the wallet, not by its key");
    }

    // -- limits ----------------------------------------------------------------------------------

    function test_Revert_WhenNotExecutionsTakes() public {
        register(draft());
        vm.expectRevert(abi.encodeWithSelector(NotExecutions.selector, address(this)));
        intents.take(1, 1, 3, 2);
    }

    function test_TakingStopsAtTheLimit() public {
        Intent memory intent = draft();
        intent.maxExecutions = 5;
        register(intent);
        assertTake(1, 3, 3);
        assertTake(1, 3, 2);
        assertTake(1, 1, 0);
        assertEq(intents.state(1).remaining, 0, "remaining");
    }

    function test_TakingNeedsKindAndClass() public {
        register(draft());
        vm.startPrank(executions);
        (uint16 granted, bytes32 intentHash,) = intents.take(1, 1, 2, 2);
        assertEq(granted, 0, "kind");
        assertEq(intentHash, intents.intentHashOf(1), "known all the same");
        (granted,,) = intents.take(1, 1, 3, 3);
        assertEq(granted, 0, "lease class");
        // 0x23 is kind 3, class 2: neither part may spill into the other.
        (granted,,) = intents.take(1, 1, 0x23, 0);
        assertEq(granted, 0, "spill of the kind");
        (granted,,) = intents.take(1, 1, 3, 0x12);
        assertEq(granted, 0, "spill of the class");
    }

    function test_AnExpiredIntentGrantsNothing() public {
        register(draft());
        vm.warp(block.timestamp + 30 days - 1);
        assertTake(1, 1, 1);
        vm.warp(block.timestamp + 1);
        assertTake(1, 1, 0);
        assertFalse(intents.isLive(1), "live");
    }

    function test_AnIntervalsStartAndPeriodComeWithIt() public {
        Intent memory intent = draft();
        intent.kind = 2;
        intent.period = 60;
        intent.catchUp = 3;
        register(intent);
        uint256 startSec = block.timestamp;
        vm.warp(startSec + 100);
        vm.prank(executions);
        (uint16 granted,, uint256 slot) = intents.take(1, 1, 2, 2);
        assertEq(granted, 1, "granted");
        assertEq(IntentSlot.start(slot), startSec, "start");
        assertEq(IntentSlot.period(slot), 60, "period");
        assertEq(IntentSlot.catchUp(slot), 3, "catch-up");
    }

    function test_TheHourlyLimitRollsOver() public {
        Intent memory intent = draft();
        intent.perHour = 3;
        register(intent);
        uint256 hour = block.timestamp / 3600;
        vm.warp(hour * 3600 + 3599);
        assertTake(1, 2, 2);
        assertTake(1, 2, 1);
        assertTake(1, 1, 0);
        assertEq(intents.state(1).hourCount, 3, "count");
        vm.warp((hour + 1) * 3600);
        assertTake(1, 5, 3);
        assertTake(1, 1, 0);
        assertEq(intents.state(1).hour, hour + 1, "hour");
        assertEq(intents.state(1).remaining, 994, "remaining");
    }

    function testFuzz_TakingNeverGivesMoreThanTheLimits(uint16[12] memory wants, uint16 perHour)
        public
    {
        Intent memory intent = draft();
        intent.maxExecutions = 40_000;
        intent.perHour = perHour;
        register(intent);
        uint256 registeredAtSec = block.timestamp;
        uint256 startSec = block.timestamp / 3600 * 3600 + 3600;
        uint256 total;
        for (uint256 hour; hour < 3; ++hour) {
            vm.warp(startSec + hour * 3600);
            uint256 taken;
            for (uint256 i; i < 4; ++i) {
                vm.prank(executions);
                (uint16 granted,,) = intents.take(1, wants[hour * 4 + i], 3, 2);
                assertWithin(granted, 0, wants[hour * 4 + i], "granted");
                taken += granted;
            }
            if (perHour != 0) assertWithin(taken, 0, perHour, "in an hour");
            total += taken;
            assertEq(intents.state(1).remaining, 40_000 - total, "remaining");
        }
        State memory found = intents.state(1);
        assertEq(found.perHour, perHour, "the neighbours are untouched");
        assertEq(found.start, registeredAtSec, "start");
    }

    function assertTake(uint32 intentNo, uint16 wanted, uint16 expected) private {
        vm.prank(executions);
        (uint16 granted,,) = intents.take(intentNo, wanted, 3, 2);
        assertEq(granted, expected, "granted");
    }

    function expectRefused(Intent memory intent, bytes memory problem) private {
        bytes memory by = signed(intent);
        vm.expectRevert(problem);
        intents.register(intent, by, YAML);
    }

    function revokeDigest(bytes32 intentHash) private view returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(keccak256("Revoke(bytes32 intentHash)"), intentHash));
        return keccak256(abi.encodePacked(hex"1901", domain(), structHash));
    }

    function domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Deed"),
                keccak256("1"),
                block.chainid,
                address(intents)
            )
        );
    }
}

/// @notice Takes at random, in time that only goes on.
contract Taker is IntentsFixture {
    uint32 public last;
    bool public grew;

    function start() external {
        executions = address(this);
        setUpIntents();
        Intent memory intent = draft();
        intent.perHour = 50;
        register(intent);
        last = 1000;
    }

    function take(uint16 wanted) external {
        intents.take(1, wanted % 100, 3, 2);
        look();
    }

    function revoke() external {
        bytes32 intentHash = intents.intentHashOf(1);
        vm.prank(alice);
        intents.revoke(intentHash);
        look();
    }

    function pass(uint256 secs) external {
        vm.warp(block.timestamp + bound(secs, 1, 2 days));
        look();
    }

    function registerAgain() external {
        register(draft());
        look();
    }

    function look() private {
        uint32 remaining = intents.state(1).remaining;
        if (remaining > last) grew = true;
        last = remaining;
    }
}

contract IntentsInvariantTest is IntentsFixture {
    Taker private taker;

    function setUp() public {
        taker = new Taker();
        taker.start();
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = Taker.take.selector;
        selectors[1] = Taker.revoke.selector;
        selectors[2] = Taker.pass.selector;
        selectors[3] = Taker.registerAgain.selector;
        targetContract(address(taker));
        targetSelector(address(taker), selectors);
    }

    function invariant_RemainingNeverGrows() public view {
        assertFalse(taker.grew(), "grew");
    }
}
