// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IIntentsTypes } from "../interfaces/IIntents.sol";

/// @title An intent's slot (spec 08), read and written in place.
/// @notice From the most significant bit: validUntil40 | remaining32 | account32 | revoked8 | kind8 | start40 |
/// period32 | perHour16 | catchUp8 | hour24 | hourCount16, where kind8 = leaseClass << 4 | kind.
library IntentSlot {
    uint256 private constant VALID_UNTIL = 216;
    uint256 private constant REMAINING = 184;
    uint256 private constant ACCOUNT = 152;
    uint256 private constant REVOKED = 144;
    uint256 private constant KIND = 136;
    uint256 private constant START = 96;
    uint256 private constant PERIOD = 64;
    uint256 private constant PER_HOUR = 48;
    uint256 private constant CATCH_UP = 40;
    uint256 private constant HOUR = 16;

    function pack(IIntentsTypes.State memory state) internal pure returns (uint256) {
        uint256 high = uint256(state.validUntilSec) << VALID_UNTIL | uint256(state.remaining)
            << REMAINING | uint256(state.accountNo) << ACCOUNT | (state.revoked ? 1 << REVOKED : 0)
            | uint256(_kind(state.kind, state.leaseClass)) << KIND;
        return high | uint256(state.start) << START | uint256(state.period) << PERIOD
            | uint256(state.perHour) << PER_HOUR | uint256(state.catchUp) << CATCH_UP
            | uint256(state.hour) << HOUR | state.hourCount;
    }

    function unpack(uint256 slot) internal pure returns (IIntentsTypes.State memory state) {
        state.validUntilSec = validUntilSec(slot);
        state.remaining = uint32(slot >> REMAINING);
        state.accountNo = accountNo(slot);
        state.revoked = isRevoked(slot);
        state.kind = uint8(slot >> KIND) & 0x0f;
        state.leaseClass = uint8(slot >> KIND) >> 4;
        state.start = start(slot);
        state.period = period(slot);
        state.perHour = uint16(slot >> PER_HOUR);
        state.catchUp = catchUp(slot);
        state.hour = uint24(slot >> HOUR);
        state.hourCount = uint16(slot);
    }

    function validUntilSec(uint256 slot) internal pure returns (uint40) {
        return uint40(slot >> VALID_UNTIL);
    }

    function accountNo(uint256 slot) internal pure returns (uint32) {
        return uint32(slot >> ACCOUNT);
    }

    function isRevoked(uint256 slot) internal pure returns (bool) {
        return uint8(slot >> REVOKED) != 0;
    }

    function start(uint256 slot) internal pure returns (uint40) {
        return uint40(slot >> START);
    }

    function period(uint256 slot) internal pure returns (uint32) {
        return uint32(slot >> PERIOD);
    }

    function catchUp(uint256 slot) internal pure returns (uint8) {
        return uint8(slot >> CATCH_UP);
    }

    function isOf(uint256 slot, uint8 kind, uint8 leaseClass) internal pure returns (bool) {
        return kind < 16 && leaseClass < 16 && uint8(slot >> KIND) == _kind(kind, leaseClass);
    }

    function revoke(uint256 slot) internal pure returns (uint256) {
        return slot | 1 << REVOKED;
    }

    /// @notice Takes what the limits grant of `wanted`, in the hour of `nowSec`.
    function take(uint256 slot, uint16 wanted, uint256 nowSec)
        internal
        pure
        returns (uint256 taken, uint16 granted)
    {
        uint256 count = wanted;
        uint256 remaining = uint32(slot >> REMAINING);
        if (count > remaining) count = remaining;
        uint256 perHour = uint16(slot >> PER_HOUR);
        if (perHour != 0) {
            uint256 hour = nowSec / 1 hours;
            uint256 used = uint24(slot >> HOUR) == hour ? uint16(slot) : 0;
            // Never negative: what was used was granted under the same limit.
            if (count > perHour - used) count = perHour - used;
            // A new hour is written only with something in it: a refusal leaves the slot as it is.
            if (count != 0) {
                slot = slot >> CATCH_UP << CATCH_UP | uint256(uint24(hour)) << HOUR | (used + count);
            }
        }
        // The count fits: it is at most `wanted`.
        return (slot - (count << REMAINING), uint16(count));
    }

    function _kind(uint8 kind, uint8 leaseClass) private pure returns (uint8) {
        return leaseClass << 4 | kind;
    }
}
