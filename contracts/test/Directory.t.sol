// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Directory } from "../src/Directory.sol";
import {
    IDirectoryErrors,
    IDirectoryEvents,
    IDirectoryTypes
} from "../src/interfaces/IDirectory.sol";
import { Test } from "./Test.sol";

/// @notice Versions are added, with notice, by the timelock; nothing is changed.
contract DirectoryTest is Test, IDirectoryTypes, IDirectoryErrors, IDirectoryEvents {
    uint32 private constant NOTICE = 7 days;
    address private constant TIMELOCK = address(0x7135);

    Directory private directory;

    function setUp() public {
        vm.warp(1_800_000_000);
        directory = new Directory(TIMELOCK, NOTICE, contractsOf(1), "first");
    }

    function test_TheFirstVersionIsActiveAtOnce() public view {
        (uint32 number, Version memory found) = directory.current();
        assertEq(number, 1, "number");
        assertEq(found.contracts.registry, placesOf(1).registry, "registry");
        assertEq(found.activeFromSec, block.timestamp, "active");
        assertEq(directory.versionOf(placesOf(1).registry), 1, "found");
        assertEq(directory.versionOf(address(1)), 0, "not found");
        assertEq(directory.announcer(), TIMELOCK, "announcer");
        assertEq(directory.noticeSec(), NOTICE, "notice");
    }

    function test_AVersionIsAnnouncedAndBecomesActive() public {
        Contracts memory given = contractsOf(2);
        uint40 fromSec = uint40(block.timestamp + NOTICE);
        Version memory before = directory.version(1);
        vm.expectEmit(true, true, false, false);
        emit VersionAnnounced(2, given.registry, given, 0, fromSec, "second");
        vm.prank(TIMELOCK);
        directory.announce(given, fromSec, "second");
        (uint32 number,) = directory.current();
        assertEq(number, 1, "not yet");
        vm.warp(fromSec);
        (number,) = directory.current();
        assertEq(number, 2, "active");
        assertEq(directory.versionCount(), 2, "count");
        assertEq(keccak256(abi.encode(directory.version(1))), keccak256(abi.encode(before)), "kept");
        assertTrue(directory.version(2).codesHash != before.codesHash, "other code");
    }

    function test_Revert_WhenNotTheTimelockAnnounces() public {
        Contracts memory given = contractsOf(2);
        vm.expectRevert(abi.encodeWithSelector(NotAnnouncer.selector, address(this)));
        directory.announce(given, uint40(block.timestamp + NOTICE), "");
    }

    function testFuzz_NoticeIsGiven(uint40 fromSec) public {
        Contracts memory given = contractsOf(2);
        uint256 earliestSec = block.timestamp + NOTICE;
        vm.prank(TIMELOCK);
        if (fromSec < earliestSec) {
            vm.expectRevert(abi.encodeWithSelector(TooSoon.selector, fromSec, earliestSec));
        }
        directory.announce(given, fromSec, "");
    }

    function testFuzz_VersionsBecomeActiveInTheirOrder(uint40 second, uint40 third) public {
        uint256 earliestSec = block.timestamp + NOTICE;
        second = uint40(bound(second, earliestSec, earliestSec + 365 days));
        Contracts memory later = contractsOf(2);
        vm.prank(TIMELOCK);
        directory.announce(later, second, "");
        Contracts memory last = contractsOf(3);
        vm.prank(TIMELOCK);
        if (third < second) {
            vm.expectRevert(abi.encodeWithSelector(TooSoon.selector, third, second));
        }
        directory.announce(last, third, "");
    }

    function testFuzz_TheNoticeHasBounds(uint32 notice) public {
        Contracts memory given = contractsOf(2);
        if (notice == 0 || notice > 90 days) {
            vm.expectRevert(abi.encodeWithSelector(BadNotice.selector, notice));
        }
        new Directory(TIMELOCK, notice, given, "");
    }

    function test_Revert_WhenAVersionIsNone() public {
        Contracts memory given = contractsOf(2);
        uint40 fromSec = uint40(block.timestamp + NOTICE);
        vm.startPrank(TIMELOCK);
        address absent = address(0xABBA);
        given.vault = absent;
        vm.expectRevert(abi.encodeWithSelector(NotAContract.selector, absent));
        directory.announce(given, fromSec, "");
        Contracts memory first = placesOf(1);
        vm.expectRevert(abi.encodeWithSelector(AlreadyListed.selector, first.registry));
        directory.announce(first, fromSec, "");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(UnknownVersion.selector, 0));
        directory.version(0);
        vm.expectRevert(abi.encodeWithSelector(UnknownVersion.selector, 2));
        directory.version(2);
        vm.expectRevert(abi.encodeWithSelector(NotAnnouncer.selector, address(0)));
        new Directory(address(0), NOTICE, first, "");
    }

    /// @dev Puts code there, of another kind for each version.
    function contractsOf(uint8 label) private returns (Contracts memory given) {
        given = placesOf(label);
        address[7] memory all = [
            given.registry,
            given.intents,
            given.beacon,
            given.executions,
            given.disputes,
            given.gateway,
            given.vault
        ];
        for (uint256 i; i < all.length; ++i) {
            vm.etch(all[i], abi.encodePacked(label, i));
        }
    }

    function placesOf(uint8 label) private pure returns (Contracts memory given) {
        uint160 base = uint160(label) * 0x10000;
        given.registry = address(base + 1);
        given.intents = address(base + 2);
        given.beacon = address(base + 3);
        given.executions = address(base + 4);
        given.disputes = address(base + 5);
        given.gateway = address(base + 6);
        given.vault = address(base + 7);
    }
}
