// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Kinds of triggers, and when their occurrences are (spec 02, 04).
library Trigger {
    uint8 internal constant EVENT = 1;
    uint8 internal constant INTERVAL = 2;
    uint8 internal constant MANUAL = 3;
    uint8 internal constant CRON = 4;
    uint8 internal constant BLOCK = 5;
    uint8 internal constant START = 6;

    /// @notice Of `catchUp`: every missed tick is run.
    uint8 internal constant CATCH_UP_ALL = 255;
    /// @dev Later than every block.
    uint256 internal constant NEVER = type(uint128).max;

    function isKnown(uint8 kind) internal pure returns (bool) {
        return kind >= EVENT && kind <= START;
    }

    /// @notice Does it tick by itself, without anybody's doing?
    function isSchedule(uint8 kind) internal pure returns (bool) {
        return kind == INTERVAL || kind >= CRON;
    }

    /// @notice What a slot keeps as start: a first tick that had passed moves up by whole periods.
    /// @param kind A known one.
    /// @param start As signed.
    function startOf(uint8 kind, uint256 start, uint256 period) internal view returns (uint256) {
        if (start == 0) return block.timestamp;
        uint256 present = kind == BLOCK ? block.number : block.timestamp;
        if (period == 0 || start >= present) return start;
        return start + (present - start + period - 1) / period * period;
    }

    /// @notice Time of tick `ordinal` of a kind whose ticks are at a time.
    /// @return When in seconds; `NEVER` of one that is none.
    function timeOf(uint8 kind, uint256 ordinal, uint256 start, uint256 period)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            // 64 bits by 32 bits.
            if (kind == CRON) return 60 * ordinal < start ? NEVER : 60 * ordinal;
            uint256 first = kind == INTERVAL ? 1 : 0;
            if (ordinal < first || (period == 0 && ordinal != 0)) return NEVER;
            return start + ordinal * period;
        }
    }

    /// @notice Is `height` a tick of kind block?
    function isHeight(uint256 height, uint256 start, uint256 period) internal view returns (bool) {
        if (height < start || height > block.number) return false;
        return period == 0 ? height == start : (height - start) % period == 0;
    }
}
