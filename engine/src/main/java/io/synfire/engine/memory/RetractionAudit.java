package io.synfire.engine.memory;

import io.synfire.engine.store.RetractionCount;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoredRetractions;
import io.synfire.engine.view.Verification.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads all retractions that wait in a store and holds them to what is always so: each decodes, waits for the time at which it lies and for a later
 * one than the watermark, and they are as many as the store says.
 */
final class RetractionAudit {

    private final StoredRetractions stored;
    private final RetractionCount count;
    private final List<Finding> findings = new ArrayList<>();
    private long waiting;

    RetractionAudit(StoredRetractions stored) {
        this.stored = stored;
        this.count = stored.count();
    }

    List<Finding> findings(long watermarkMs) {
        stored.after(-1, Long.MAX_VALUE, retraction -> {
            waiting++;
            try {
                stored.retraction(retraction);
            } catch (StoreDamagedException e) {
                findings.add(new Finding("retraction " + retraction.number(), String.valueOf(e.getMessage())));
            }
            if (retraction.dueMs() <= watermarkMs) {
                findings.add(new Finding(
                        "retraction " + retraction.number(),
                        "it waits for a time that has come: time=" + retraction.dueMs() + " watermark=" + watermarkMs));
            }
            if (retraction.number() >= count.next()) {
                findings.add(new Finding(
                        "retraction " + retraction.number(),
                        "its number was not given to any yet: next=" + count.next()));
            }
            return findings.size() < StoreAudit.FINDINGS_MAX;
        });
        if (findings.isEmpty() && waiting != count.waiting()) {
            findings.add(new Finding(
                    "retractions",
                    "there are not as many as the store says: waiting=" + waiting + " count=" + count.waiting()));
        }
        return findings;
    }
}
