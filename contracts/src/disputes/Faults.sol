// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The table of faults (spec 07).
library Faults {
    /// @dev Faults 1 to 11 are of a record: seats report them and votes name them.
    uint16 internal constant LAST_OF_RECORD = 11;
    /// @dev Of these, 6 to 10 are seen in record and bundle alone: who had both found them, or lied.
    uint16 internal constant LAST_BY_EVIDENCE = 10;
    uint16 internal constant ACTION_NOT_IN_PLAN = 6;
    uint16 internal constant EFFECT_AFTER_REVOCATION = 7;
    uint16 internal constant WRONG_HOLDER = 8;
    uint16 internal constant BROKEN_LEAF_CHAIN = 9;
    uint16 internal constant WRONG_RUNTIME = 10;
    uint16 internal constant DATA_WITHHELD = 11;
    uint16 internal constant CLAIM_WITHOUT_RECORD = 12;
    uint16 internal constant MISSING_VERDICT = 13;
    uint16 internal constant VERDICT_WITHHELD = 14;
    uint16 internal constant EQUIVOCATED_RECORD = 15;
    uint16 internal constant EQUIVOCATED_VERDICT = 16;
    uint16 internal constant VERDICT_CONTRADICTED = 17;
    uint16 internal constant MISSING_PREIMAGE = 18;
    uint16 internal constant MISSING_VOTE = 19;
    uint16 internal constant ACTED_WITHOUT_RECORD = 20;
    uint16 internal constant NEEDLESS_CHALLENGE = 21;
    uint16 internal constant REPEATED_SILENCE = 22;
    uint16 internal constant LAST = 22;

    /// @dev One sixteenth of 16 bits per fault from fault 0 up: shares of the bond in hundredths of a percent.
    uint256 private constant FIRST_SIXTEEN =
        0x07d0_07d0_0064_0032_01f4_00c8_01f4_07d0_07d0_1388_03e8_03e8_07d0_07d0_07d0_0000;
    uint256 private constant REST = 0x07d0_000a_07d0_0064_0064_01f4_07d0;

    /// @dev A bit for each fault that jails: a lie about what was done, or two answers to one question. Silence and late
    /// data have the sitting out, and happen to honest nodes, too.
    uint256 private constant GRAVE = 1 << 1 | 1 << 2 | 1 << 3 | 1 << ACTION_NOT_IN_PLAN | 1
        << EFFECT_AFTER_REVOCATION | 1 << WRONG_HOLDER | 1 << EQUIVOCATED_RECORD | 1
        << EQUIVOCATED_VERDICT;

    /// @notice Does this fault jail?
    function isGrave(uint16 fault) internal pure returns (bool) {
        return (GRAVE >> fault) & 1 == 1;
    }

    /// @notice Share of the bond, in hundredths of a percent; 0 when there is no such fault.
    function slashBps(uint16 fault) internal pure returns (uint16) {
        if (fault > LAST) return 0;
        return uint16((fault < 16 ? FIRST_SIXTEEN : REST) >> ((fault & 15) * 16));
    }
}
