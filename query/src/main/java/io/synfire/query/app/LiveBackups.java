package io.synfire.query.app;

import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreException;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.http.BackupMaker;
import java.nio.file.Path;
import java.time.InstantSource;

/** Backups of whichever memory is live: one at a time, since all of them go through one directory beside the store. */
final class LiveBackups implements BackupMaker {

    private final Settings settings;
    private final LiveMemory memory;

    LiveBackups(Settings settings, LiveMemory memory) {
        this.settings = settings;
        this.memory = memory;
    }

    @Override
    public synchronized BackupAnswer backup(Path target) {
        Backups backups = new Backups(settings.data(), settings.store(), settings.engine(), InstantSource.system());
        // Once its files have a second name, a memory may be replaced and closed: they are copied without it.
        try {
            return backups.make(links -> memory.use(engine -> engine.linkTo(links)), target);
        } catch (IllegalStateException | StoreException e) {
            // What is wrong with the copy is mostly wrong with what it was made of; then that is what is to be said,
            // and known.
            memory.use(Engine::requireUndamaged);
            throw e;
        }
    }
}
