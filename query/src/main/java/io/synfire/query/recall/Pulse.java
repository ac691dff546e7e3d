package io.synfire.query.recall;

import io.synfire.engine.view.Associations;

/**
 * What one concept passed on at one hop.
 *
 * @param hop 1 for a cue
 * @param from who passed it on
 * @param row its associations
 * @param lens the moment of that row
 * @param gain what a unit of strength gives to a target
 * @param self what it gives to itself
 */
record Pulse(int hop, int from, Associations row, Lens lens, double gain, double self) {}
