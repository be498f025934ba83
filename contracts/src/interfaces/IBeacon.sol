// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface IBeaconErrors {
    error NotExecutions(address sender);
    error NotCold(uint32 operatorNo, address sender);
    error RoundNotOpen(uint40 round);
    error WrongRound(uint40 given, uint40 current);
    error BadPreimage(uint32 operatorNo);
    error WindowOpen(uint256 untilSec);
    error NobodyRevealed(uint40 round);
    error BadTip(uint32 operatorNo);
    error NotAMember(uint32 operatorNo);
    error LengthsDiffer(uint256 operators, uint256 preimages);
}

interface IBeaconEvents {
    event ChainCommitted(uint32 indexed operatorNo, bytes32 tip);
    /// @notice A round opens at `openBlock`, or at the block that the last such event of the round names, but not
    /// before the round before it has closed; nodes give out its preimages from then on.
    event RoundAssigned(uint40 indexed round, uint40 openBlock);
    event PreimagesRevealed(uint40 indexed round, uint32[] operatorNos, bytes32[] preimages);
    event RoundClosed(uint40 indexed round, bytes27 seed, uint32[] missing);
}

/// @title Beacon: a source of randomness that did not exist when a record was posted (spec 05).
interface IBeacon is IBeaconErrors, IBeaconEvents {
    /// @notice Executions only: the round that decides about what is recorded in this block.
    function assign() external returns (uint40 round);
    /// @return seed Zero while the round is not closed.
    function seedOf(uint40 round) external view returns (bytes27 seed, uint40 closedAtSec);
    function currentRound()
        external
        view
        returns (uint40 round, uint40 openBlock, uint40 openedAtSec, bool waiting);
}

/// @title The default beacon: one hash chain per operator.
interface IHashChainBeacon is IBeacon {
    /// @notice Cold key only: tip = H^65536(secret). Counts from the next round whose members are fixed. A chain
    /// that is replaced while its preimage is awaited pays as if it were missing.
    function commitChain(uint32 operatorNo, bytes32 tip) external;
    /// @notice By anyone: preimages authenticate themselves. The round closes when every member's is there.
    function reveal(uint40 round, uint32[] calldata operatorNos, bytes32[] calldata preimages)
        external;
    /// @notice By anyone when the beacon window is over: closes with the preimages that are on-chain. The
    /// first transaction that finds a round open starts its window. With no preimage there at the end, the members
    /// are taken anew, if the generation or the chains changed since.
    function closeRound(uint40 round) external;
    function tipOf(uint32 operatorNo) external view returns (bytes32 tip, uint32 usedPreimages);
    /// @notice Operators whose preimage the current round needs, or would need if it opened now.
    function members() external view returns (uint32[] memory operatorNos);
    function hasRevealed(uint40 round, uint32 operatorNo) external view returns (bool);
}
