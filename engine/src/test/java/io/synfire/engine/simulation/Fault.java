package io.synfire.engine.simulation;

/** What may go wrong, or at least otherwise. */
enum Fault {
    KILLED("killed"),
    KILLED_BEFORE_COMMIT("… while a checkpoint was begun and not written"),
    KILLED_HALF_GATHERED("… after a checkpoint had failed half-way"),
    KILLED_AFTER_COMMIT("… while a checkpoint was written and not ended"),
    TORN_TAIL("write-ahead log torn in its last record"),
    POWER_LOST("power lost: write-ahead log cut behind what was synced"),
    BYTE_FLIPPED("a byte of the write-ahead log flipped"),
    CHECKPOINTS_LOST("committed checkpoints lost by that, and read again"),
    CLOSED("closed and opened again"),
    COMMIT_REFUSED("commit of a checkpoint refused by the disk"),
    COMMIT_BROKEN("… for another reason than room"),
    COMMIT_BROKEN_BEHIND_THE_LOG("… when all of it was in the write-ahead log"),
    OPENING_ANEW_REFUSED("… and the store not opened anew at once"),
    QUESTION_WITHOUT_STORE("… and a question asked meanwhile"),
    GATHERING_REFUSED("something not added to a checkpoint"),
    DISK_FULL("disk full for a while"),
    CLOSED_ON_FULL_DISK("closed while the disk was full"),
    READ_FAILED("read failed"),
    LEARNING_FAILED("… while learning: opened anew"),
    GATHERING_FAILED("… while a checkpoint was gathered"),
    QUESTION_FAILED("… while a question was answered"),
    OPENING_FAILED("… while the store was opened"),
    READ_AGAIN("records read again"),
    DUPLICATE("events sent twice and passed over"),
    POISON("records that cannot be learned"),
    SOURCE_AWAY("source away for a while"),
    PARTITION_ADDED("partition added"),
    REBALANCED("partitions taken away and given back"),
    READER_BESIDE("reader in another database instance beside the writer"),
    READER_BESIDE_BATCH("answers to a reader in another thread beside a batch"),
    BACKED_UP("backed up"),
    FLUSHED("files that RocksDB had written besides when it was killed");

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
