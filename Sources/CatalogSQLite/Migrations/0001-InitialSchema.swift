import GRDB

extension CatalogMigrations {
    /// Every table, as of the first release.
    static func initialSchema(_ database: Database) throws {
        try database.execute(sql: imageSets + objects + instances + hierarchy + jobs)
    }

    /// The attributes of image sets, studies and series; NULL stands for absent and empty.
    private static let attributes = """
        patient_id TEXT, patient_name TEXT, patient_birth_date TEXT, patient_birth_time TEXT, patient_sex TEXT,
        study_instance_uid TEXT, study_date TEXT, study_time TEXT, study_id TEXT, accession_number TEXT,
        study_description TEXT, referring_physician_name TEXT,
        series_instance_uid TEXT, series_number TEXT, modality TEXT, body_part_examined TEXT, series_description TEXT,
        series_date TEXT, series_time TEXT,
        performed_procedure_step_start_date TEXT, performed_procedure_step_start_time TEXT
        """

    private static let imageSets = """
        CREATE TABLE image_set (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            state TEXT NOT NULL,
            is_primary INTEGER NOT NULL,
            latest_version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER,
            last_accessed_at INTEGER,
            storage_tier TEXT NOT NULL,
            \(attributes),
            study_date_and_time TEXT,
            study_date_and_time_set_at INTEGER NOT NULL,
            open_instances INTEGER NOT NULL DEFAULT 0,
            last_boundary INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX image_set_patient ON image_set (patient_id);
        CREATE INDEX image_set_accession ON image_set (accession_number);
        CREATE INDEX image_set_study_id ON image_set (study_id);
        CREATE INDEX image_set_study ON image_set (study_instance_uid);
        CREATE INDEX image_set_series ON image_set (series_instance_uid);
        CREATE INDEX image_set_is_primary ON image_set (is_primary);
        CREATE INDEX image_set_created ON image_set (created_at, id);
        CREATE INDEX image_set_updated ON image_set (updated_at, id);
        CREATE INDEX image_set_study_date ON image_set (study_date_and_time, id);

        CREATE TABLE version (
            image_set BLOB NOT NULL REFERENCES image_set (id),
            number INTEGER NOT NULL,
            status TEXT NOT NULL,
            is_primary INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER,
            message TEXT,
            was_forced INTEGER,
            patient_level INTEGER NOT NULL,
            study_level INTEGER NOT NULL,
            series_level INTEGER NOT NULL,
            PRIMARY KEY (image_set, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE level (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX level_hash ON level (hash);

        CREATE TABLE level_use (
            level INTEGER NOT NULL REFERENCES level (id),
            image_set BLOB NOT NULL,
            PRIMARY KEY (level, image_set)
        ) STRICT, WITHOUT ROWID;

        """

    private static let objects = """
        CREATE TABLE stored_object (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            header_pack INTEGER NOT NULL,
            header_offset INTEGER NOT NULL,
            header_length INTEGER NOT NULL,
            transfer_syntax_uid TEXT NOT NULL,
            pixel_form TEXT NOT NULL,
            frame_count INTEGER NOT NULL,
            whole_pack INTEGER,
            whole_offset INTEGER,
            whole_length INTEGER,
            bulk_values BLOB,
            byte_count INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE frame_chunk (
            object INTEGER NOT NULL REFERENCES stored_object (id),
            chunk INTEGER NOT NULL,
            records BLOB NOT NULL,
            PRIMARY KEY (object, chunk)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE loose_object (
            object INTEGER PRIMARY KEY REFERENCES stored_object (id)
        ) STRICT;

        CREATE TABLE pack_usage (
            pack INTEGER PRIMARY KEY,
            live_bytes INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE frame_set (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            image_set BLOB NOT NULL REFERENCES image_set (id),
            object INTEGER NOT NULL REFERENCES stored_object (id)
        ) STRICT;
        CREATE INDEX frame_set_image_set ON frame_set (image_set);
        CREATE INDEX frame_set_object ON frame_set (object);

        """

    private static let instances = """
        CREATE TABLE instance (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            image_set BLOB NOT NULL REFERENCES image_set (id),
            is_primary INTEGER NOT NULL,
            first_version INTEGER NOT NULL,
            end_version INTEGER,
            object INTEGER NOT NULL REFERENCES stored_object (id),
            frame_set INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            sop_instance_uid TEXT NOT NULL,
            sop_class_uid TEXT,
            instance_number INTEGER,
            number_order INTEGER AS (ifnull(instance_number, 9223372036854775807)),
            rows INTEGER,
            columns INTEGER,
            bits_allocated INTEGER,
            number_of_frames INTEGER,
            warnings TEXT
        ) STRICT;
        CREATE UNIQUE INDEX instance_image_set ON instance (image_set, sop_instance_uid, first_version);
        CREATE INDEX instance_object ON instance (object);
        CREATE UNIQUE INDEX instance_primary ON instance (sop_instance_uid)
            WHERE is_primary = 1 AND end_version IS NULL;
        CREATE INDEX instance_order ON instance (number_order, sop_instance_uid)
            WHERE is_primary = 1 AND end_version IS NULL;
        CREATE INDEX instance_class ON instance (sop_class_uid, number_order, sop_instance_uid)
            WHERE is_primary = 1 AND end_version IS NULL;

        CREATE TABLE instance_warning (
            code INTEGER NOT NULL,
            instance INTEGER NOT NULL,
            PRIMARY KEY (code, instance)
        ) STRICT, WITHOUT ROWID;

        """

    private static let hierarchy = """
        CREATE TABLE study (
            key INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            image_set BLOB NOT NULL,
            updated_at INTEGER NOT NULL,
            patient_name_folded TEXT,
            patient_name_words TEXT,
            referring_physician_name_folded TEXT,
            referring_physician_name_words TEXT,
            \(attributes)
        ) STRICT;
        CREATE INDEX study_updated ON study (updated_at DESC, uid);
        CREATE INDEX study_patient_name ON study (patient_name_folded);
        CREATE INDEX study_patient ON study (patient_id);
        CREATE INDEX study_birth_date ON study (patient_birth_date, patient_birth_time);
        CREATE INDEX study_birth_time ON study (patient_birth_time);
        CREATE INDEX study_date ON study (study_date, study_time);
        CREATE INDEX study_time ON study (study_time);
        CREATE INDEX study_study_id ON study (study_id);
        CREATE INDEX study_accession ON study (accession_number);
        CREATE INDEX study_description ON study (study_description);
        CREATE INDEX study_referring ON study (referring_physician_name_folded);

        CREATE TABLE study_word (
            field TEXT NOT NULL,
            word TEXT NOT NULL,
            study INTEGER NOT NULL,
            PRIMARY KEY (field, word, study)
        ) STRICT, WITHOUT ROWID;

        CREATE VIRTUAL TABLE study_text USING fts5 (
            patient_name_folded, referring_physician_name_folded, patient_id, study_description, accession_number,
            content = 'study', content_rowid = 'key', tokenize = 'trigram', detail = 'column'
        );

        CREATE TABLE series (
            key INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            study_uid TEXT NOT NULL,
            image_set BLOB NOT NULL,
            number_of_instances INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            number_order INTEGER NOT NULL,
            \(attributes)
        ) STRICT;
        CREATE INDEX series_study ON series (study_uid, modality);
        CREATE INDEX series_image_set ON series (image_set);
        CREATE INDEX series_order ON series (number_order, uid);
        CREATE INDEX series_modality ON series (modality, number_order, uid);
        CREATE INDEX series_description ON series (series_description);
        CREATE INDEX series_body_part ON series (body_part_examined);
        CREATE INDEX series_date ON series (series_date, series_time);
        CREATE INDEX series_step_date
            ON series (performed_procedure_step_start_date, performed_procedure_step_start_time);

        """

    private static let jobs = """
        CREATE TABLE import_job (
            id BLOB PRIMARY KEY,
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            data_access_role_arn TEXT NOT NULL,
            input_s3_uri TEXT NOT NULL,
            output_s3_uri TEXT NOT NULL,
            result_s3_uri TEXT,
            input_owner_account_id TEXT,
            import_configuration TEXT,
            submitted_at INTEGER NOT NULL,
            ended_at INTEGER,
            message TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX import_job_submitted ON import_job (submitted_at, id);
        CREATE INDEX import_job_status ON import_job (status, submitted_at, id);

        CREATE TABLE import_file (
            job BLOB NOT NULL REFERENCES import_job (id),
            key TEXT NOT NULL,
            byte_count INTEGER NOT NULL,
            state TEXT NOT NULL,
            object INTEGER REFERENCES stored_object (id),
            image_set BLOB,
            version INTEGER,
            is_primary INTEGER,
            warnings TEXT,
            exception_type TEXT,
            message TEXT,
            PRIMARY KEY (job, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX import_file_object ON import_file (object) WHERE object IS NOT NULL;

        CREATE TABLE client_token (
            operation TEXT NOT NULL,
            token TEXT NOT NULL,
            request_digest TEXT NOT NULL,
            resource_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (operation, token)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tag (
            resource TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (resource, key)
        ) STRICT, WITHOUT ROWID;
        """
}
