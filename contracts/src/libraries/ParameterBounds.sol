// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { LeaseClass } from "./LeaseClass.sol";

/// @title Hard bounds of the parameters: governance moves inside them.
library ParameterBounds {
    /// @dev Assumed upper bound of the time between two blocks.
    uint256 internal constant BLOCK_SEC = 15;
    /// @dev Spec 06: a first committee and two redraws; each may replace silent seats twice.
    uint256 private constant DRAWS = 3;
    /// @dev A record or replacement may have to wait until the open round has closed, then for its own.
    uint256 private constant ROUNDS_PER_DRAW = 6;
    /// @dev The window off-chain, then commit and reveal for the first seats and two replacements.
    uint256 private constant VERDICT_WINDOWS_PER_DRAW = 7;
    /// @dev So many verdict windows after its last judgement, a batch's disputes can still be opened (spec 07).
    uint256 internal constant OPEN_WINDOWS = 10;

    uint32 internal constant LONGEST_UNBONDING_SEC = 365 days;
    /// @dev Spec 04: an execution is claimed at most so often.
    uint256 private constant ATTEMPTS = 3;
    uint256 private constant MOST_OPERATORS = 128;
    /// @dev For telling: some faults can be told only when the last window is over.
    uint256 private constant TELL_SEC = 1 hours;

    function check(IRegistryTypes.Parameters memory given) external pure {
        _within("deltaSec", given.deltaSec, 1, 10 minutes);
        _within("leaseMarginSec", given.leaseMarginSec, 1, 1 hours);
        _within("claimWindowSec", given.claimWindowSec, 10, 30 days);
        _within("beaconWindowSec", given.beaconWindowSec, 5, 12 hours);
        _within("verdictWindowSec", given.verdictWindowSec, 5, 12 hours);
        _within("responseSec", given.responseSec, 5, 12 hours);
        _within("voteCommitSec", given.voteCommitSec, 5, 12 hours);
        _within("voteRevealSec", given.voteRevealSec, 5, 12 hours);
        _within("slashDelaySec", given.slashDelaySec, 0, 30 days);
        _within("generationSec", given.generationSec, 10, 30 days);
        _within("confirmations", given.confirmations, 0, 128);
        _within("minBondWei", given.minBondWei, 1, 1e27);
        // Who leaves stays slashable until the last thing that it took part in is judged.
        _within(
            "unbondingSec", given.unbondingSec, longestCaseSec(given) + 1, LONGEST_UNBONDING_SEC
        );
    }

    /// @notice From a claim in the last second of a generation until everything about it could be told.
    function longestCaseSec(IRegistryTypes.Parameters memory given)
        internal
        pure
        returns (uint256)
    {
        uint256 judgedSec = _judgedSec(given);
        uint256 adoptedSec = _adoptedSec(given);
        return (judgedSec > adoptedSec ? judgedSec : adoptedSec) + TELL_SEC;
    }

    /// @dev To the end of the vote on its record, opened at the last moment.
    function _judgedSec(IRegistryTypes.Parameters memory given) private pure returns (uint256) {
        uint256 roundSec = given.beaconWindowSec + given.confirmations * BLOCK_SEC;
        uint256 drawSec =
            ROUNDS_PER_DRAW * roundSec + VERDICT_WINDOWS_PER_DRAW * given.verdictWindowSec;
        uint256 voteSec = uint256(given.responseSec) + given.voteCommitSec + given.voteRevealSec;
        uint256 openSec = OPEN_WINDOWS * given.verdictWindowSec;
        return _leaseSec(given) + DRAWS * drawSec + openSec + voteSec;
    }

    /// @dev Until an action without a record can be adopted by no later attempt any more (spec 07).
    function _adoptedSec(IRegistryTypes.Parameters memory given) private pure returns (uint256) {
        uint256 betweenSec = (ATTEMPTS - 1) * given.claimWindowSec;
        uint256 turnsSec = MOST_OPERATORS * given.deltaSec;
        return ATTEMPTS * _leaseSec(given) + betweenSec + turnsSec + given.verdictWindowSec;
    }

    function _leaseSec(IRegistryTypes.Parameters memory given) private pure returns (uint256) {
        return LeaseClass.LONGEST_SEC + given.leaseMarginSec;
    }

    function _within(bytes32 name, uint256 value, uint256 low, uint256 high) private pure {
        require(value >= low && value <= high, IRegistryErrors.OutOfBounds(name, value));
    }
}
