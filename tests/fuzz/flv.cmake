sluice_fuzz(flv_tag sluice_mux_flv)
sluice_fuzz(flv_demuxer sluice_mux_flv)
