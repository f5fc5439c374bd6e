sluice_fuzz(rtmp_chunk_reader rtmp_wire)
sluice_fuzz(rtmp_amf0 rtmp_wire)
sluice_fuzz(rtmp_tag rtmp_wire)
sluice_fuzz(media_codecs sluice_media)
