// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "./Test.sol";
import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice The harness itself: a test base that passes everything would hide every fault behind it.
contract TestTest is Test {
    function test_Revert_WhenAssertionsDoNotHold() public {
        vm.expectRevert(abi.encodeWithSelector(NotTrue.selector, "flag"));
        this.callAssertTrue(false);
        vm.expectRevert(abi.encodeWithSelector(NotEqual.selector, "sum", "1", "2"));
        this.callAssertEq(1, 2);
        vm.expectRevert(abi.encodeWithSelector(NotWithin.selector, "range", "4", "5", "6"));
        this.callAssertWithin(4, 5, 6);
    }

    function testFuzz_BoundStaysInsideItsRange(uint256 value, uint256 a, uint256 b) public pure {
        (uint256 low, uint256 high) = a < b ? (a, b) : (b, a);
        assertWithin(bound(value, low, high), low, high, "bound");
    }

    function test_BoundReachesBothEnds() public pure {
        assertEq(bound(0, 0, 1), 0, "low end");
        assertEq(bound(1, 0, 1), 1, "high end");
        assertEq(bound(7, 0, type(uint256).max), 7, "the whole range");
    }

    function testFuzz_SignatureIsThatOfTheAccount(bytes32 digest) public {
        (address alice, uint256 key) = account("alice");
        assertEq(ECDSA.recover(digest, signature(key, digest)), alice, "recovered");
    }

    function callAssertTrue(bool flag) external pure {
        assertTrue(flag, "flag");
    }

    function callAssertEq(uint256 actual, uint256 expected) external pure {
        assertEq(actual, expected, "sum");
    }

    function callAssertWithin(uint256 actual, uint256 low, uint256 high) external pure {
        assertWithin(actual, low, high, "range");
    }
}
