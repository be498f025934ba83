// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The draw of a committee (spec 05).
library Draw {
    /// @dev Generations are no larger (Registry), so a set of positions fits one word.
    uint256 internal constant MAX_POSITIONS = 128;

    /// @notice k: three, or five from ten verifiers up.
    function seatCount(uint256 verifiers) internal pure returns (uint256) {
        return verifiers >= 10 ? 5 : 3;
    }

    /// @notice Seats in order, as positions (from 0) among the generation's verifiers.
    /// @param draw The draw's number; a replacement's `d + 16·x`.
    /// @param verifiers How many the generation has.
    /// @param excluded Bitmap of the positions that cannot be drawn.
    /// @param wanted Seats to fill; with fewer candidates all of them sit.
    function seats(
        bytes27 seed,
        uint64 batchNo,
        uint256 draw,
        uint256 verifiers,
        uint256 excluded,
        uint256 wanted
    ) internal pure returns (uint256[] memory drawn) {
        uint256 left;
        (drawn, left) = _candidates(verifiers, excluded);
        if (wanted > left) wanted = left;
        for (uint256 i; i < wanted; ++i) {
            uint256 j = i + uint256(keccak256(abi.encode(seed, batchNo, draw, i))) % (left - i);
            (drawn[i], drawn[j]) = (drawn[j], drawn[i]);
        }
        assembly ("memory-safe") {
            mstore(drawn, wanted)
        }
    }

    function _candidates(uint256 verifiers, uint256 excluded)
        private
        pure
        returns (uint256[] memory positions, uint256 count)
    {
        positions = new uint256[](verifiers);
        for (uint256 position; position < verifiers; ++position) {
            if ((excluded >> position) & 1 == 0) positions[count++] = position;
        }
    }
}
