// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IGovernanceErrors } from "../interfaces/IGovernance.sol";
import { Bits } from "../libraries/Bits.sol";

/// @title A group in which each member has one vote.
/// @notice A member's number is its bit in bitmaps of votes; numbers are not given twice, so votes of one who left
/// count for nobody who comes later.
library Group {
    using Bits for uint256;

    uint256 internal constant MAX_MEMBERS = 32;
    uint256 private constant MAX_NUMBERS = 256;

    /// @param present Bit of each who is a member now.
    /// @param issued How many numbers were given so far.
    struct Book {
        uint256 present;
        uint8 threshold;
        uint16 issued;
        mapping(address member => uint16) numberPlusOneOf;
        mapping(uint256 number => address) memberOf;
    }

    /// @notice Removes, adds and sets the threshold in one go, so that no state in between is without a majority.
    function change(
        Book storage book,
        address[] memory removed,
        address[] memory added,
        uint8 threshold
    ) internal {
        for (uint256 i; i < removed.length; ++i) {
            book.present &= ~bitOf(book, removed[i]);
            delete book.numberPlusOneOf[removed[i]];
        }
        for (uint256 i; i < added.length; ++i) {
            _add(book, added[i]);
        }
        uint256 seats = size(book);
        require(seats <= MAX_MEMBERS, IGovernanceErrors.TooManyMembers(MAX_MEMBERS));
        require(
            threshold <= seats && 2 * uint256(threshold) > seats,
            IGovernanceErrors.BadThreshold(threshold, seats)
        );
        book.threshold = threshold;
    }

    /// @notice The member's bit. Errors: NotMember.
    function bitOf(Book storage book, address who) internal view returns (uint256) {
        uint256 numberPlusOne = book.numberPlusOneOf[who];
        require(numberPlusOne != 0, IGovernanceErrors.NotMember(who));
        return 1 << (numberPlusOne - 1);
    }

    /// @notice How many of these votes are of members of now.
    function count(Book storage book, uint256 votes) internal view returns (uint256) {
        return (votes & book.present).count();
    }

    function size(Book storage book) internal view returns (uint256) {
        return book.present.count();
    }

    function members(Book storage book) internal view returns (address[] memory all) {
        all = new address[](size(book));
        uint256 found;
        for (uint256 number; found < all.length; ++number) {
            if (book.present.has(number)) all[found++] = book.memberOf[number];
        }
    }

    function _add(Book storage book, address who) private {
        require(who != address(0), IGovernanceErrors.NotMember(who));
        require(book.numberPlusOneOf[who] == 0, IGovernanceErrors.AlreadyMember(who));
        uint16 number = book.issued;
        require(number < MAX_NUMBERS, IGovernanceErrors.TooManyMembers(MAX_NUMBERS));
        book.issued = number + 1;
        book.numberPlusOneOf[who] = number + 1;
        book.memberOf[number] = who;
        book.present |= 1 << number;
    }
}
